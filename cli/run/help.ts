export const HELP = `mcp-run: starts an MCP server in a sandbox whose only way out is a recorder.

  mcp-run --profile NAME|FILE [OPTIONS] [SERVER ARGUMENTS]    the profile's own package or command
  mcp-run -y PACKAGE[@VERSION] [SERVER ARGUMENTS]             as npx takes it; its built-in profile if there is one;
                                                              likewise an archive (./x.tgz, https://…/x.tgz), a
                                                              repository (owner/name#v1) or a folder that is built
  mcp-run [OPTIONS] [--] uvx PACKAGE [SERVER ARGUMENTS]       a Python package; likewise uv tool run, pipx run, npx,
                                                              npm exec, pnpm dlx, yarn dlx, bunx, cmd /c …
  mcp-run --profile NAME -- COMMAND [ARGUMENTS]               any command of your own
  mcp-run -- docker run [OPTIONS] IMAGE [ARGUMENTS]           a server that ships as an image, as clients start it
  mcp-run profiles [--json]                                   the profiles that there are
  mcp-run profiles check [NAME|FILE…] [--sandbox NAME]        runs servers again as recorded, and says what changed
  mcp-run pin [PACKAGE[@VERSION]] [--verify] [--json]         what is pinned: version, content, publisher; pins it if it is not;
                                                              a Python package is pypi:PACKAGE
  mcp-run pin --accept PACKAGE[@VERSION]                      takes what stands behind it now; unpin PACKAGE forgets it
  mcp-run trial [end] [--profile NAME|FILE]                   what servers on trial were refused; ends a trial
  mcp-run upgrade PACKAGE[@PINNED] [VERSION] [--yes]          shows what another version changes, asks, and then pins it;
                                                              --dry-run only shows, --json for programs; exit code 1:
                                                              shown and not taken
  mcp-run doctor [--fix]                                      what this machine can do, and what it lacks

A server's argument that is a path of this machine (/…, ~/…, ./…, --flag=…) is shown to it there: read-only, unless
its profile says otherwise. What it wants opened in a browser is printed, never opened.

Options, up to the first word that is not one, or --:
  --profile NAME|FILE   what the server declares: a built-in name, your own, or a YAML file
  -y, --yes             accepted, as npx's is; nothing is ever asked
  -p, --package NAME    the package that holds the command which follows; again for more in the same installation
  -c, --call LINE       with -p: a line for a shell in the sandbox, with the packages' commands in its PATH
  --mode enforce        what is not declared goes nowhere (default, unless the profile says otherwise)
  --mode monitor        it is let through, and flagged all the same
  --read-only           tools that do not say that they only read are hidden, and requests that do not only read go
                        nowhere; folders are shown for reading
  --trial SPAN          read-only from the first start on, as 7d; after that each start asks, and stays read-only
                        until: mcp-run trial end
  --allow-read DIR      the server sees this folder, read-only, at the same path; again for more
  --allow-write DIR     the same, and may write there
  --pass-env NAME       passes one more variable of the environment
  --image IMAGE         the server is this image; what follows are its arguments
  --sandbox docker      a container of Docker or Podman; native: Linux's namespaces, without a daemon; auto (default):
                        what was chosen before, else docker if an engine answers, else native
  --recorder container  where the recorder runs with docker: auto (default), process or container
  --upstream-proxy URL  the proxy that the host needs to get out, http:// or https://; none: dial directly
                        (else HTTPS_PROXY or ALL_PROXY; NO_PROXY counts with each); no server sees it
  --accept-name PACKAGE this name is meant, though it resembles a widely used one, or stands in for a dependency
  --min-age AGE         how long ago a version must have been published: 24h (default), 7d, 0
  --allow-scripts NAME  this package's install script runs, in the sandbox, or its build from source; again for more
  --store DIR           where history, packages and homes are kept (MCP_RUN_HOME, else ~/.mcp-run)
  --no-annotate         what was found in a tool's requests is not added to its result
  --timing              how long each step to the server's first answer took, on stderr
  --version, --help

What the server contacted: egress report. Exit codes: the server's own; 2 usage or profile; 3 the sandbox
cannot be had; 4 the recorder or its store failed, and the server was ended.
`
