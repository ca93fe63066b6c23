/**
 * Servers on npm that many people run, by downloads and by what clients' documentation names; and the genuine names of
 * some that were impersonated. A name of a package is compared with these, so a name here is only ever its own.
 */
export const KNOWN_SERVERS: readonly string[] = `
  @modelcontextprotocol/server-everything @modelcontextprotocol/server-filesystem @modelcontextprotocol/server-memory
  @modelcontextprotocol/server-sequential-thinking @modelcontextprotocol/server-github
  @modelcontextprotocol/server-gitlab @modelcontextprotocol/server-google-maps @modelcontextprotocol/server-gdrive
  @modelcontextprotocol/server-postgres @modelcontextprotocol/server-puppeteer @modelcontextprotocol/server-redis
  @modelcontextprotocol/server-slack @modelcontextprotocol/server-brave-search @modelcontextprotocol/server-everart
  @modelcontextprotocol/server-aws-kb-retrieval @modelcontextprotocol/inspector @modelcontextprotocol/sdk
  @activecampaign/postmark-mcp @upstash/context7-mcp @notionhq/notion-mcp-server @playwright/mcp
  @executeautomation/playwright-mcp-server @cloudflare/playwright-mcp @automatalabs/mcp-server-playwright
  playwright-mcp chrome-devtools-mcp @browsermcp/mcp @agentdeskai/browser-tools-mcp
  @browserbasehq/mcp-server-browserbase @browserstack/mcp-server @agent-infra/mcp-server-browser
  @agent-infra/mcp-server-filesystem @agent-infra/mcp-server-commands @wonderwhy-er/desktop-commander
  @brave/brave-search-mcp-server @perplexity-ai/mcp-server server-perplexity-ask tavily-mcp exa-mcp-server
  firecrawl-mcp mcp-searxng fetcher-mcp @brightdata/mcp @apify/actors-mcp-server @apify/mcpc
  @sentry/mcp-server @stripe/mcp @supabase/mcp-server-supabase supabase-mcp @azure/mcp @azure-devops/mcp
  @tiberriver256/mcp-server-azure-devops @circleci/mcp-server-circleci @launchdarkly/mcp-server @salesforce/mcp
  @hubspot/mcp-server @shortcut/mcp @heroku/mcp-server @netlify/mcp @digitalocean/mcp @railway/mcp-server
  @google-cloud/cloud-run-mcp @google-cloud/gcloud-mcp @google-cloud/observability-mcp gcp-mcp
  @cloudflare/mcp-server-cloudflare @cloudbase/cloudbase-mcp @shopify/dev-mcp @mapbox/mcp-server
  @googlemaps/code-assist-mcp @cablate/mcp-google-map @amap/amap-maps-mcp-server @auth0/auth0-mcp-server
  @winor30/mcp-server-datadog @dynatrace-oss/dynatrace-mcp-server @postman/postman-mcp-server @codacy/codacy-mcp
  @pinecone-database/mcp mongodb-mcp-server @bytebase/dbhub @benborla29/mcp-server-mysql @ergut/mcp-bigquery-server
  mcpcosmosdb mcp-server-kubernetes kubernetes-mcp-server argocd-mcp @zereight/mcp-gitlab @cyanheads/git-mcp-server
  @nexus2520/bitbucket-mcp-server @aashari/mcp-server-atlassian-jira @aashari/mcp-server-atlassian-bitbucket
  @aashari/mcp-server-atlassian-confluence @atlassian-dc-mcp/jira @atlassian-dc-mcp/confluence
  @atlassian-dc-mcp/bitbucket mcp-atlassian slack-mcp-server @larksuiteoapi/lark-mcp @line/line-bot-mcp-server
  @gongrzhe/server-gmail-autoauth-mcp @cocal/google-calendar-mcp @a-bonus/google-docs-mcp
  @piotr-agier/google-drive-mcp @softeria/ms-365-mcp-server @microsoft/workiq airtable-mcp-server
  @mondaydotcomorg/monday-api-mcp linear-mcp @roychri/mcp-server-asana @delorenj/mcp-server-trello
  @doist/todoist-mcp @doist/todoist-ai backlog-mcp-server notion-mcp-server figma-developer-mcp figma-console-mcp
  @21st-dev/magic @drawio/mcp @antv/mcp-server-chart mcp-mermaid @eslint/mcp @mastra/mcp-docs-server @storybook/mcp
  @chakra-ui/react-mcp @mui/mcp @primeng/mcp @primeuix/mcp @sveltejs/mcp @remotion/mcp nx-mcp nuxt-mcp
  next-devtools-mcp expo-mcp xcodebuildmcp @mobilenext/mobile-mcp ios-simulator-mcp n8n-mcp mcp-remote mcp-proxy
  supergateway @smithery/cli @composio/mcp mcp-server-code-runner @morphllm/morphmcp @z_ai/mcp-server
  @testsprite/testsprite-mcp @currents/mcp @openbnb/mcp-server-airbnb flightradar-mcp-server reddit-mcp-buddy
  notebooklm-mcp @negokaz/excel-mcp-server @sylphx/pdf-reader-mcp hostinger-api-mcp @automattic/mcp-wordpress-remote
  @ivotoby/openapi-mcp-server replicate-mcp @discourse/mcp @bitwarden/mcp-server @skanda-yutori/mcp-send-email
`
  .trim()
  .split(/\s+/)
