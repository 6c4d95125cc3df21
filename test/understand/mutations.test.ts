/** Golden mails cut, doubled, mislabelled and scrambled with fixed seeds: reading never throws, and each gives an answer. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readMail } from '../../src/understand/read-mail'

const folder = join(__dirname, '..', 'mails')
const mails = readdirSync(folder).filter((name) => name.endsWith('.eml'))
const settings = { domain: 'devoirs.college.example', timezone: 'Europe/Paris', locale: 'fr' as const, now: new Date('2020-03-16T20:00:00+01:00') }
const envelope = { sender: 'x@famille.example', recipients: [], clientAddress: null, helo: null, receivedAt: settings.now }

/** Mulberry32: the same mutations on every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const mutations: Record<string, (bytes: Buffer, next: () => number) => Buffer> = {
  cut: (bytes, next) => bytes.subarray(0, Math.floor(next() * bytes.length)),
  'cut at the front': (bytes, next) => bytes.subarray(Math.floor(next() * bytes.length)),
  doubled: (bytes) => Buffer.concat([bytes, bytes]),
  'lines doubled': (bytes, next) =>
    Buffer.from(
      bytes
        .toString('latin1')
        .split('\r\n')
        .flatMap((line) => (next() < 0.2 ? [line, line] : [line]))
        .join('\r\n'),
      'latin1',
    ),
  'lines lost': (bytes, next) =>
    Buffer.from(
      bytes
        .toString('latin1')
        .split('\r\n')
        .filter(() => next() > 0.15)
        .join('\r\n'),
      'latin1',
    ),
  'wrong charset': (bytes) =>
    Buffer.from(
      bytes
        .toString('latin1')
        .replace(/charset=[\w"-]+/gi, 'charset=utf-16be')
        .replace(/UTF-8\?/g, 'x-user\?'),
      'latin1',
    ),
  'bytes flipped': (bytes, next) => {
    const copy = Buffer.from(bytes)
    for (let i = 0; i < 40; i += 1) copy[Math.floor(next() * copy.length)] = Math.floor(next() * 256)
    return copy
  },
  'bare line feeds': (bytes) => Buffer.from(bytes.toString('latin1').replace(/\r\n/g, '\n'), 'latin1'),
}

test.each(Object.keys(mutations))('survives mails %s', async (name) => {
  const next = random(name.length * 7919)
  for (const mail of mails) {
    const bytes = readFileSync(join(folder, mail))
    for (let round = 0; round < 4; round += 1) {
      const reading = await readMail(mutations[name]?.(bytes, next) ?? bytes, envelope, settings)
      expect(typeof reading.kind).toBe('string')
    }
  }
})

test.each([
  ['rules', '---\r\n'],
  ['signature delimiters', '--\r\nx\r\n'],
  ['device lines', 'Envoyé de mon iPhone\r\n'],
  ['attributions', 'Le 16/03/2020 à 08:02, Anne a écrit :\r\n'],
  ['header fields', 'De : a@x.example\r\nA : b\r\n'],
  ['legal footers', 'Ce message est confidentiel\r\nx\r\n'],
  ['addresses', 'a.b-c@d.e '],
])('is quick on 100,000 %s', async (_, line) => {
  const start = performance.now()
  await readMail(
    Buffer.from(`From: MAILER-DAEMON@x.example\r\nTo: 3b@devoirs.college.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${line.repeat(100_000)}`),
    envelope,
    settings,
  )
  expect(performance.now() - start).toBeLessThan(8000)
})
