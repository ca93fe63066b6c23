/** Servers in PyPI that many people run, in PEP 503's form: see the same of npm. */
export const KNOWN_PYTHON_SERVERS: readonly string[] = `
  mcp fastmcp mcpo mcp-proxy mcp-server-fetch mcp-server-git mcp-server-time mcp-server-sqlite mcp-server-sentry
  mcp-server-qdrant mcp-server-motherduck mcp-server-docker mcp-server-calculator mcp-server-reddit mcp-server-tree-sitter
  awslabs-core-mcp-server awslabs-aws-documentation-mcp-server awslabs-aws-api-mcp-server awslabs-cdk-mcp-server
  awslabs-cost-analysis-mcp-server awslabs-nova-canvas-mcp-server awslabs-terraform-mcp-server mcp-atlassian
  markitdown-mcp blender-mcp basic-memory duckduckgo-mcp-server arxiv-mcp-server elevenlabs-mcp chroma-mcp postgres-mcp
  mysql-mcp-server mcp-clickhouse mcp-alchemy minimax-mcp excel-mcp-server office-word-mcp-server
  office-powerpoint-mcp-server windows-mcp mcp-obsidian jupyter-mcp-server dbt-mcp snowflake-labs-mcp semgrep-mcp
  workspace-mcp mcp-google-sheets analytics-mcp mcp-neo4j-cypher mcp-neo4j-memory mcp-run-python mcp-text-editor
  pydantic-ai logfire-mcp redis-mcp-server elasticsearch-mcp-server kubectl-mcp-tool mcp-youtube-transcript
`
  .trim()
  .split(/\s+/)
