/** From rows in a real store to a relay that is there, away, slow to believe or refuses everything. */
import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import type { OutboxSource } from '../../src/deliver/booking'
import { type Outbox, type OutboxOptions, startOutbox } from '../../src/deliver/outbox-runner'
import type { Incident } from '../../src/deliver/relay-watch'
import { createRelay } from '../../src/deliver/relay'
import type { Relay } from '../../src/deliver/next-hop'
import type { Log, LogFields } from '../../src/log'
import { type Database, openDatabase } from '../../src/store/database'
import { addOutgoing, claimOutgoing, findOutgoing, moveOutgoing, nextOutgoingAt, type OutboxRow, retryOutgoing } from '../../src/store/outbox'
import type { OutgoingMail } from '../../src/text/outgoing-mail'
import { type MovableClock, movableClock } from '../../src/work/clock'
import { noise, outgoing, rendered, type Workshop, workshop } from './mails'
import { type Sink, startSink } from './sink'

let shop: Workshop
let sink: Sink
let relay: Relay
let database: Database
let clock: MovableClock
let outbox: Outbox | null
let incidents: Incident[]
let recoveries: number
let lines: { event: string; fields: LogFields }[]
const note = (event: string, fields: LogFields = {}): void => void lines.push({ event, fields })
const log: Log = { info: note, warn: note, error: note }

beforeEach(async () => {
  shop = workshop()
  sink = await startSink()
  relay = createRelay(sink.url, { folder: shop.folder, heloName: 'gateway.example' })
  database = await openDatabase('sqlite:cartable.db', shop.folder)
  clock = movableClock(new Date('2020-03-16T07:00:00Z'))
  outbox = null
  incidents = []
  recoveries = 0
  lines = []
})
afterEach(async () => {
  await outbox?.stop(5000)
  await relay.close()
  await sink.stop()
  await database.close()
  rmSync(shop.folder, { recursive: true, force: true })
})

const source = (): OutboxSource => ({
  claim: (limit, at) => database.transaction((tx) => claimOutgoing(tx, limit, at)),
  nextDueAt: () => nextOutgoingAt(database.db),
  sent: (id, reply) => database.transaction(async (tx) => void (await moveOutgoing(tx, id, 'sending', 'sent', { reply, sent_at: clock.now().getTime() }))),
  retry: (id, at, reply) => database.transaction((tx) => retryOutgoing(tx, id, at, reply)),
  failed: (id, reply, status) => database.transaction(async (tx) => void (await moveOutgoing(tx, id, 'sending', 'failed', { reply: `${status} ${reply}` }))),
})
const start = (change: Partial<OutboxOptions> = {}): Outbox =>
  (outbox = startOutbox({
    source: source(),
    relay,
    render: () => rendered,
    compose: { blobs: shop.blobs, wireFolder: join(shop.folder, 'wire') },
    sign: null,
    clock,
    log,
    random: () => 0.5,
    onIncident: (code) => incidents.push(code),
    onRecovered: () => recoveries++,
    ...change,
  }))

async function put(id: string, change: Partial<OutgoingMail> = {}, times: { created?: Date; sendAt?: Date } = {}): Promise<void> {
  const mail = outgoing({ to: { name: id, address: `${id}@famille.example` }, messageId: `<${id}@devoirs.example>`, ...change })
  const now = clock.now()
  await database.transaction((tx) =>
    addOutgoing(
      tx,
      {
        ...{ id, cause: id, template: 'assignment', mail: JSON.stringify(mail), messageId: mail.messageId },
        ...{ token: null, person: null, assignment: null, student: null, sendAt: times.sendAt ?? now },
      },
      times.created ?? now,
    ),
  )
}
const row = async (id: string): Promise<OutboxRow> => (await findOutgoing(database.db, id)) as OutboxRow
const stateOf = async (id: string): Promise<string> => (await row(id)).state
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`never came: ${what.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
const triesOf = async (of: string[]): Promise<number> => (await Promise.all(of.map(row))).reduce((sum, { attempts }) => sum + attempts, 0)
/** The runner would see it within a second. */
function advance(ms: number): void {
  clock.advance(ms)
  outbox?.wake()
}
const ids = (count: number, letter = 'p'): string[] => Array.from({ length: count }, (_, index) => `${letter}${String(index).padStart(2, '0')}`)

test('each pupil gets their own copy with the same file, once', async () => {
  const attachments = [shop.attach(noise(500_000), 'énoncé.pdf')]
  for (const id of ids(12)) await put(id, { attachments })
  start()
  await until(() => outbox?.idle() === true && sink.taken.length === 12)
  expect(sink.taken.map(({ to }) => to).sort()).toEqual(ids(12).map((id) => `${id}@famille.example`))
  for (const { bytes, to } of sink.taken) {
    const mail = await simpleParser(bytes)
    expect(mail.text).toContain('\n.un point')
    expect(mail.messageId).toBe(`<${to.split('@')[0]}@devoirs.example>`)
    expect(
      createHash('sha256')
        .update(mail.attachments[0]?.content ?? '')
        .digest('hex'),
    ).toBe(attachments[0]?.blob)
  }
  expect(await row('p00')).toMatchObject({ state: 'sent', reply: '250 Queued' })
  expect(JSON.stringify(lines)).not.toContain('famille.example')
})

test('what is not due waits, until the clock says so', async () => {
  await put('later', {}, { sendAt: new Date(clock.now().getTime() + 3_600_000) })
  start()
  await until(() => outbox?.idle() === true)
  expect(sink.taken).toHaveLength(0)
  clock.advance(3_600_000)
  await until(() => sink.taken.length === 1)
})

test('one refused for good fails alone, one put off comes again', async () => {
  sink.answer = (to) =>
    to.startsWith('dead') ? { code: 550, text: `5.1.1 <${to}> unknown` } : to.startsWith('grey') ? { code: 451, text: '4.7.1 later' } : null
  for (const id of ['dead', 'grey', 'good']) await put(id)
  start()
  await until(async () => outbox?.idle() === true && (await stateOf('dead')) === 'failed')
  expect(await row('dead')).toMatchObject({ reply: '5.1.1 550 5.1.1 <address> unknown' })
  expect(await row('grey')).toMatchObject({ state: 'waiting', attempts: 1, reply: '451 4.7.1 later' })
  const wait = Number((await row('grey')).next_attempt_at) - clock.now().getTime()
  expect(wait).toBeGreaterThan(30_000)
  expect(wait).toBeLessThanOrEqual(60_000)
  sink.answer = () => null
  advance(60_000)
  await until(async () => (await stateOf('grey')) === 'sent')
  expect(incidents).toEqual([])
})

test('the answer to the dot is lost: that one again, the others not', async () => {
  let lost = false
  sink.afterDot = (to) => (to.startsWith('p01') && !lost ? ((lost = true), 'drop') : null)
  for (const id of ids(3)) await put(id)
  start()
  await until(async () => (await stateOf('p01')) === 'waiting' && (await row('p01')).attempts === 1 && outbox?.idle() === true)
  advance(60_000)
  await until(() => sink.taken.length === 3)
  expect(sink.taken.map(({ to }) => to.slice(0, 3)).sort()).toEqual(ids(3))
})

test('a relay that is away is asked by one probe at a time, reported after half an hour, and found again within a minute', async () => {
  const { port } = sink
  await sink.stop()
  for (const id of ids(20)) await put(id)
  start()
  const tries = (): Promise<number> => triesOf(ids(20))
  await until(async () => (await tries()) > 0)
  await until(async () => (await Promise.all(ids(20).map(stateOf))).every((state) => state === 'waiting'))
  // Five under way, five claimed ahead; then nobody before the probe's time.
  expect(await tries()).toBeLessThanOrEqual(10)
  const before = await tries()
  advance(25_000)
  await until(async () => (await tries()) === before + 1)
  for (const id of ids(20)) expect(await stateOf(id)).toBe('waiting')
  expect(incidents).toEqual([])
  advance(31 * 60_000)
  await until(() => incidents.length === 1)
  expect(incidents).toEqual(['relay-unreachable'])
  sink = await startSink(port)
  advance(60_000)
  await until(() => sink.taken.length === 20)
  expect(recoveries).toBe(1)
  expect(incidents).toHaveLength(1)
})

test('a single mail, too, flows within a minute of the return, however long the relay was away', async () => {
  const { port } = sink
  await sink.stop()
  await put('only')
  start()
  for (let tries = 1; tries <= 6; tries++) {
    await until(async () => (await row('only')).attempts === tries)
    advance(60_000)
  }
  await until(async () => (await row('only')).attempts === 7)
  sink = await startSink(port)
  advance(60_000)
  await until(async () => (await stateOf('only')) === 'sent')
})

test('ten refusals in a row are the relay: nobody fails, the operator hears of it, and all goes out once it is mended', async () => {
  sink.answer = () => ({ code: 550, text: '5.7.1 not allowed' })
  for (const id of ids(30)) await put(id)
  start()
  await until(() => incidents.length > 0)
  expect(incidents).toEqual(['relay-refuses-all'])
  await until(async () => (await Promise.all(ids(30).map(stateOf))).every((state) => state === 'waiting'))
  const tries = (): Promise<number> => triesOf(ids(30))
  const before = await tries()
  advance(11 * 60_000)
  await until(async () => (await tries()) === before + 1)
  expect((await Promise.all(ids(30).map(stateOf))).includes('failed')).toBe(false)
  sink.answer = () => null
  await until(async () => {
    advance(60_000)
    return sink.taken.length === 30
  })
  expect(incidents).toHaveLength(1)
  expect(recoveries).toBe(1)
})

test('ten dead mailboxes among living ones are dead mailboxes', async () => {
  let count = 0
  sink.answer = () => (++count % 4 === 0 ? null : { code: 550, text: '5.1.1 unknown' })
  for (const id of ids(24)) await put(id)
  start()
  await until(async () => outbox?.idle() === true && sink.taken.length === 6)
  expect((await Promise.all(ids(24).map(stateOf))).filter((state) => state === 'failed')).toHaveLength(18)
  expect(incidents).toEqual([])
})

test('one recipient refused many times is not everybody', async () => {
  sink.answer = () => ({ code: 550, text: '5.1.1 unknown' })
  for (const id of ids(15)) await put(id, { to: { name: '', address: 'dead@famille.example' } })
  start()
  await until(async () => (await Promise.all(ids(15).map(stateOf))).every((state) => state === 'failed'))
  expect(incidents).toEqual([])
})

test('a row that cannot be rendered is tried five times, then fails; the others go at once', async () => {
  const render = (mail: OutgoingMail) => {
    if (mail.messageId.includes('bad')) throw new TypeError('zoe.martin@famille.example has no class')
    return rendered
  }
  await put('bad')
  await database.transaction((tx) =>
    tx
      .updateTable('outbox')
      .set({ mail: '{' })
      .where('id', '=', 'bad')
      .execute()
      .then(() => undefined),
  )
  await put('bad2')
  await put('address', { to: { name: '', address: 'no address' } })
  await put('good')
  start({ render })
  await until(() => sink.taken.length === 1)
  await until(async () => (await stateOf('address')) === 'failed')
  expect((await row('address')).reply).toBe('5.6.0 recipient-rejected')
  for (let tries = 1; tries < 5; tries++) {
    await until(async () => (await row('bad2')).attempts === tries && (await row('bad')).attempts === tries)
    advance(20 * 60_000)
  }
  await until(async () => (await stateOf('bad')) === 'failed' && (await stateOf('bad2')) === 'failed')
  expect((await row('bad2')).reply).toBe('5.6.0 TypeError')
  expect(JSON.stringify(lines)).not.toContain('famille.example')
})

test('five days are counted from the hour a mail was to leave', async () => {
  sink.answer = () => ({ code: 451, text: '4.2.0 not now' })
  const day = 86_400_000
  const now = clock.now().getTime()
  await put('old', {}, { created: new Date(now - 6 * day), sendAt: new Date(now - 6 * day) })
  await put('waited', {}, { created: new Date(now - 14 * day), sendAt: new Date(now - 1000) })
  start()
  await until(async () => (await stateOf('old')) === 'failed' && (await row('waited')).attempts === 1)
  expect((await row('old')).reply).toMatch(/^4\.4\.7 /)
  expect(await stateOf('waited')).toBe('waiting')
})

test('a store that cannot book does not make a mail leave twice', async () => {
  let failures = 1
  const shaky = source()
  const sent = shaky.sent
  shaky.sent = (id, reply) => (failures-- > 0 ? Promise.reject(new Error('busy')) : sent(id, reply))
  await put('p00')
  start({ source: shaky })
  await until(async () => (await stateOf('p00')) === 'sent')
  expect(sink.taken).toHaveLength(1)
})

test('stopping waits for what is under way and gives back the rest', async () => {
  for (const id of ids(30)) await put(id)
  start()
  await until(() => sink.taken.length > 0)
  await outbox?.stop(5000)
  const states = await Promise.all(ids(30).map(stateOf))
  expect(states.filter((state) => state === 'sent')).toHaveLength(sink.taken.length)
  expect(states.includes('sending')).toBe(false)
})

test('a hanging relay does not hold up stopping', async () => {
  const hanging = await startSink(0, { onMailFrom: () => undefined })
  const slow = createRelay(hanging.url, { folder: shop.folder, heloName: 'gateway.example' })
  await put('p00')
  start({ relay: slow })
  await until(() => hanging.connections() === 1)
  const began = Date.now()
  await outbox?.stop(200)
  expect(Date.now() - began).toBeLessThan(2000)
  await slow.close()
  await hanging.stop()
  await until(async () => (await stateOf('p00')) === 'waiting')
})
