/** The web face, asked over HTTP. */
import { unsubscribePage } from '../../src/text/template-files'
import { startWeb, type WebServer } from '../../src/web/server'

const acted: string[] = []
let ready: string | null = null
let web: WebServer

beforeAll(async () => {
  const stateOf = (link: string, is: 'asks' | 'done') =>
    link === 'good' ? { what: 'digest' as const, is } : link === 'old' ? { what: 'reminder' as const, is: 'stale' as const } : null
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    home: '<p>home</p>',
    readiness: async () => ready,
    gauges: [{ name: 'mails', help: 'of a test', read: async () => [{ value: 3 }] }],
    unsubscribe: {
      look: (link) => stateOf(link, 'asks'),
      act: async (link) => {
        acted.push(link)
        return stateOf(link, 'done')
      },
      page: unsubscribePage('Collège <b>'),
    },
  })
})
afterAll(() => web.close())
beforeEach(() => acted.splice(0))

const ask = (path: string, init: RequestInit = {}) => fetch(`http://127.0.0.1:${web.port}${path}`, { redirect: 'manual', ...init })

test('alive, ready, metrics', async () => {
  expect((await ask('/healthz')).status).toBe(200)
  expect((await ask('/readyz')).status).toBe(200)
  ready = 'disk-full'
  expect(await (await ask('/readyz')).json()).toEqual({ status: 'not-ready', reason: 'disk-full' })
  expect((await ask('/readyz')).status).toBe(503)
  expect(await (await ask('/metrics')).text()).toContain('cartable_mails 3')
})

test.each(['GET', 'HEAD'])('%s of a link shows what it would do, and does nothing', async (method) => {
  const answer = await ask('/unsubscribe/good', { method })
  expect([answer.status, acted]).toEqual([200, []])
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(answer.headers.get('set-cookie')).toBeNull()
  if (method === 'GET') expect(await answer.text()).toMatch(/Collège &lt;b&gt;[\s\S]*<form method="post">[\s\S]*name="List-Unsubscribe" value="One-Click"/u)
})

test.each([
  ['a form', 'application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'],
  ['a form in parts', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'],
  ['JSON that is none', 'application/json', '{'],
  ['nothing', undefined, undefined],
])('POST with %s does it', async (_, type, body) => {
  const answer = await ask('/unsubscribe/good', { method: 'POST', ...(body === undefined ? {} : { body, headers: { 'content-type': type } }) })
  expect([answer.status, acted]).toEqual([200, ['good']])
  const page = await answer.text()
  expect(page).toContain('plus de résumés')
  expect(page).not.toContain('<form')
})

test.each([
  ['old', 410],
  ['forged', 404],
])('a link that is %s says what to do instead', async (link, status) => {
  for (const method of ['GET', 'POST']) {
    const answer = await ask(`/unsubscribe/${link}`, { method })
    expect([answer.status, (await answer.text()).includes('STOP')]).toEqual([status, true])
  }
})

test('what is too large is refused, what is not there is not found', async () => {
  expect((await ask('/unsubscribe/good', { method: 'POST', body: 'x'.repeat(20_000) })).status).toBe(413)
  expect((await ask('/unsubscribe/')).status).toBe(404)
  expect((await ask('/healthz', { method: 'POST' })).status).toBe(404)
  expect(acted).toEqual([])
})
