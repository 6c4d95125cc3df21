/** A DNS server for tests: one zone table, UDP and TCP on one loopback port. Stands for the peer only. */
import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer } from 'node:net'

/** `silent` never answers. A record is `TYPE data`: `TXT v=spf1 -all`, `A 192.0.2.1`, `AAAA 2001:db8::1`, `MX 10 mx.example`, `PTR host.example`. */
export type Zone = Record<string, string[] | 'silent' | 'servfail' | 'refused'>

export interface DnsServer {
  address: string
  zone: Zone
  /** Questions heard since the last call, `TYPE name`. */
  heard(): string[]
  stop(): Promise<void>
}

const types: Record<string, number> = { A: 1, NS: 2, CNAME: 5, MX: 15, PTR: 12, TXT: 16, AAAA: 28 }
const typeNames = new Map(Object.entries(types).map(([name, code]) => [code, name]))

export async function startDns(zone: Zone = {}): Promise<DnsServer> {
  let questions: string[] = []
  const answer = (query: Buffer, most: number): Buffer | null => {
    const { name, type, end } = questionOf(query)
    questions.push(`${typeNames.get(type) ?? type} ${name}`)
    const found = server.zone[name]
    if (found === 'silent') return null
    const code = found === 'servfail' ? 2 : found === 'refused' ? 5 : found === undefined ? 3 : 0
    const records = Array.isArray(found) ? found.filter((record) => types[record.split(' ')[0] ?? ''] === type).map(recordOf) : []
    const whole = Buffer.concat([headOf(query, code, records.length, false), query.subarray(12, end), ...records])
    return whole.length <= most ? whole : Buffer.concat([headOf(query, code, 0, true), query.subarray(12, end)])
  }
  const tcp = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    let held = Buffer.alloc(0)
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
        const query = held.subarray(2, 2 + held.readUInt16BE(0))
        held = held.subarray(2 + query.length)
        const reply = answer(query, 65_535)
        if (reply) socket.write(Buffer.concat([Buffer.from([reply.length >> 8, reply.length & 255]), reply]))
      }
    })
  })
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  const { port } = tcp.address() as AddressInfo
  const udp = createSocket('udp4')
  udp.on('message', (query, peer) => {
    const reply = answer(query, 1200)
    if (reply) udp.send(reply, peer.port, peer.address)
  })
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve))
  const server: DnsServer = {
    address: `127.0.0.1:${port}`,
    zone,
    heard() {
      const heard = questions
      questions = []
      return heard
    },
    stop: async () => {
      await new Promise<void>((resolve) => udp.close(resolve))
      await new Promise<void>((resolve) => tcp.close(() => resolve()))
    },
  }
  return server
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = []
  let at = 12
  for (let size = query[at] ?? 0; size > 0; size = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + size))
    at += 1 + size
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** RFC 1035 §4.1.1: an answer, recursion available. */
function headOf(query: Buffer, code: number, answers: number, cut: boolean): Buffer {
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | (cut ? 0x0200 : 0) | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(answers, 6)
  return head
}

const nameBytes = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])])

function recordOf(record: string): Buffer {
  const [type = '', ...rest] = record.split(' ')
  const data = dataOf(type, rest.join(' '))
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(types[type] ?? 0, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function dataOf(type: string, text: string): Buffer {
  if (type === 'A') return Buffer.from(text.split('.').map(Number))
  if (type === 'MX') {
    const [preference = '0', host = ''] = text.split(' ')
    return Buffer.concat([Buffer.from([0, Number(preference)]), nameBytes(host)])
  }
  if (type === 'TXT') {
    const pieces = text.match(/[\s\S]{1,255}/g) ?? ['']
    return Buffer.concat(pieces.map((piece) => Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece, 'latin1')])))
  }
  if (type === 'AAAA') {
    const [left = '', right = ''] = text.split('::')
    const groups = (half: string): number[] => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16)))
    const [a, b] = [groups(left), groups(right)]
    const all = [...a, ...Array.from({ length: 8 - a.length - b.length }, () => 0), ...b]
    return Buffer.from(all.flatMap((group) => [group >> 8, group & 255]))
  }
  return nameBytes(text)
}
