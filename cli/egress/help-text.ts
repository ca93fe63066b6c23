export const EXAMPLES = `
Examples:
  egress report                                   what every server contacted, undeclared first
  egress report --server exa --since 7d           one server, the last seven UTC days and today
  egress report --format json                     the same for a program (docs/json.md)
  egress flows --server exa --format jsonl        one line a connection, oldest first
  egress requests --server postmark --since 1d    its HTTP requests, and the tool call of each
  egress dns --server exa --since 12h             what it asked DNS for
  egress alerts                                   undeclared or unexplained things, each once
  egress drift --server postmark                  what came new with which version
  egress attest tavily-mcp@0.2.22 --output FILE   what it did, for another team to --compare
  egress allow exa api.example.com:443 --purpose "search"   declares it from the next start on
  egress prune --older-than 400d
`

export const EXIT_CODES = `
Exit codes: 0 done; 1 what is compared differs (attest); 2 wrong arguments, an unknown server or a profile that cannot
be used; 4 a part of the store could not be read or written (what could be read is still shown).
`
