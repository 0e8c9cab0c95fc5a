// The same short story through whichever TypeScript client is named: list, call, fail, read, prompt.
// Usage: node story.mjs v1|v2 COMMAND [ARG...]; prints one JSON object.
const [, , generation, command, ...args] = process.argv
const packages = {
  v1: ['@modelcontextprotocol/sdk/client/index.js', '@modelcontextprotocol/sdk/client/stdio.js'],
  v2: ['@modelcontextprotocol/client', '@modelcontextprotocol/client/stdio'],
}
const [{ Client }, { StdioClientTransport }] = await Promise.all(packages[generation].map(name => import(name)))

const options = generation === 'v2' ? { versionNegotiation: { mode: 'auto' } } : {}
const client = new Client({ name: 'story', version: '1' }, options)
await client.connect(new StdioClientTransport({ command, args, env: process.env }))

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
  dialog: dialog.structuredContent,
  refused: { isError: refused.isError, text: refused.content[0].text },
  resources: resources.resources.length,
  page: page.contents[0].text,
  prompts: prompts.prompts.map(one => one.name),
  prompt: prompt.messages[0].content.text,
}))
await client.close()
