// The same short story through whichever TypeScript client is named: list, call, fail, read, prompt.
// Usage: node story.mjs old|v1|v2 stdio COMMAND [ARG...], or ... http|sse URL; prints one JSON object.
const [, , generation, way, target, ...args] = process.argv
const modules = {
  old: { stdio: 'sdk-of-2024/client/stdio.js', sse: 'sdk-of-2024/client/sse.js', client: 'sdk-of-2024/client/index.js' },
  v1: {
    stdio: '@modelcontextprotocol/sdk/client/stdio.js',
    sse: '@modelcontextprotocol/sdk/client/sse.js',
    http: '@modelcontextprotocol/sdk/client/streamableHttp.js',
    client: '@modelcontextprotocol/sdk/client/index.js',
  },
  v2: {
    stdio: '@modelcontextprotocol/client/stdio',
    sse: '@modelcontextprotocol/client',
    http: '@modelcontextprotocol/client',
    client: '@modelcontextprotocol/client',
  },
}[generation]
const [{ Client }, found] = await Promise.all([modules.client, modules[way]].map(name => import(name)))
// The SDK of 2024 was made for browsers, which have it.
globalThis.EventSource ??= (await import('eventsource')).EventSource
const transports = {
  stdio: () => new found.StdioClientTransport({ command: target, args, env: process.env }),
  sse: () => new found.SSEClientTransport(new URL(target)),
  http: () => new found.StreamableHTTPClientTransport(new URL(target)),
}

const options = generation === 'v2' ? { versionNegotiation: { mode: 'auto' } } : {}
const client = new Client({ name: 'story', version: '1' }, generation === 'old' ? { capabilities: {} } : options)
await client.connect(transports[way]())

const tools = []
let cursor
do {
  const page = await client.listTools(cursor ? { cursor } : undefined)
  tools.push(...page.tools.map(tool => tool.name))
  cursor = page.nextCursor
} while (cursor)

const dialog = await client.callTool({ name: 'dialog_get', arguments: { chat_id: 201 } })
const refused = await client.callTool({ name: 'operator_transfer', arguments: { chat_id: 201 } })
const resources = await client.listResources()
const page = await client.readResource({ uri: 'openchannels://docs/methods/imopenlines.operator.transfer' })
const prompts = await client.listPrompts()
const prompt = await client.getPrompt({ name: 'answer_customer', arguments: { chat_id: '201' } })

console.log(JSON.stringify({
  protocol: client.getNegotiatedProtocolVersion?.() ?? null,
  tools,
  dialog: dialog.content[0].text,
  refused: { isError: refused.isError, text: refused.content[0].text },
  resources: resources.resources.length,
  page: page.contents[0].text,
  prompts: prompts.prompts.map(one => one.name),
  prompt: prompt.messages[0].content.text,
}))
await client.close()
