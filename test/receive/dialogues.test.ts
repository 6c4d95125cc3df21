/**
 * Plays test/dialogues/*.smtp against the real listener. A file is one connection (`---` begins another one):
 * `C:` a line sent, `R:` octets sent as they are (\r \n \t \0 \xHH), `S:` the next line expected, with `*` for anything, `X:` the connection is closed
 * and nothing more was said; `=N` that many messages are in the spool; `@ name value` an option of the listener (first lines); `#` a word why.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SmtpClient } from './smtp-client'
import { startGateway } from './gateway'

const folder = join(__dirname, '..', 'dialogues')

const octetsOf = (text: string): string =>
  text.replace(/\\(r|n|t|0|v|\\|x[0-9a-f]{2})/gi, (_, code: string) =>
    code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : ({ r: '\r', n: '\n', t: '\t', '0': '\0', v: '\v', '\\': '\\' }[code] ?? code),
  )

const patternOf = (text: string): RegExp =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  )

test.each(readdirSync(folder).filter((name) => name.endsWith('.smtp')))('%s', async (name) => {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n')
  const options = new Map(lines.map((line) => /^@ (\S+) (\S+)$/.exec(line)).flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? ''] as const] : [])))
  const gateway = await startGateway({
    protocol: options.get('protocol') === 'lmtp' ? 'lmtp' : 'smtp',
    maxMessageBytes: Number(options.get('maxMessageBytes') ?? 100_000),
    reserveBytes: options.get('disk') === 'full' ? Number.MAX_SAFE_INTEGER : 0,
  })
  let client = new SmtpClient(gateway.port)
  try {
    for (const [at, line] of lines.entries()) {
      const where = `${name}:${at + 1}`
      const text = line.slice(3)
      if (line.startsWith('C:')) client.line(text)
      else if (line.startsWith('R:')) client.raw(octetsOf(text))
      else if (line.startsWith('S:')) expect(`${where} ${await client.readLine()}`).toMatch(new RegExp(`^${where} ${patternOf(text).source.slice(1)}`))
      else if (line.startsWith('X:')) expect(`${where} ${await client.closed()}`).toBe(`${where} `)
      else if (line.startsWith('=')) expect(`${where} ${(await gateway.mails()).length}`).toBe(`${where} ${line.slice(1)}`)
      else if (line === '---') {
        client.end()
        client = new SmtpClient(gateway.port)
      } else if (line !== '' && !/^[#@]/.test(line)) throw new Error(`${where}: what is this?`)
    }
  } finally {
    client.end()
    await gateway.stop()
  }
})
