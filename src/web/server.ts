/** The web face: alive, ready, metrics, and links that end what comes unasked. It holds no personal data and knows no roster. */
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import { type LinkState, unsubscribePath } from '../act/unsubscribe-link'
import type { GaugeSource } from './gauges'

export interface WebOptions {
  host: string
  /** 0 binds any free port. */
  port: number
  /** The page at `/`, HTML: says what this is, shows nothing of anybody. */
  home: string
  unsubscribe: {
    /** What a link asks for; null: no link of ours. */
    look(link: string): LinkState | null
    act(link: string): Promise<LinkState | null>
    /** HTML. */
    page(what: LinkState['what'], is: LinkState['is']): string
  }
  /** Null: mail can be accepted; else why not, as a code. */
  readiness(): Promise<string | null>
  gauges: GaugeSource[]
}

export interface WebServer {
  port: number
  close(): Promise<void>
}

export async function startWeb(options: WebOptions): Promise<WebServer> {
  const app = Fastify({ logger: false, bodyLimit: 1_000_000 })
  app.addHook('onSend', async (_request, reply) => {
    void reply.headers({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
  })
  app.get('/', (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'").send(options.home),
  )
  addUnsubscribe(app, options.unsubscribe)
  app.get('/healthz', () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const reason = await options.readiness()
    return reply.code(reason === null ? 200 : 503).send(reason === null ? { status: 'ready' } : { status: 'not-ready', reason })
  })
  addMetrics(app, options)
  await app.listen({ host: options.host, port: options.port })
  const address = app.server.address()
  return { port: typeof address === 'object' && address !== null ? address.port : options.port, close: () => app.close() }
}

/** GET shows what a link does and changes nothing; POST does it, from a form or from a mail program, which sends `List-Unsubscribe=One-Click` and no cookie (RFC 8058 §3.1). */
function addUnsubscribe(app: FastifyInstance, { look, act, page }: WebOptions['unsubscribe']): void {
  const show = (reply: FastifyReply, state: LinkState | null): FastifyReply =>
    reply
      .code(state === null ? 404 : state.is === 'stale' ? 410 : 200)
      .type('text/html; charset=utf-8')
      .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
      .send(page(state?.what ?? 'digest', state?.is ?? 'stale'))
  // As forms and mail programs send it: the link says all, so what is in it is not looked at.
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: 10_000 }, (_request, _body, parsed) => parsed(null))
    scope.get<{ Params: { link: string } }>(`${unsubscribePath}:link`, (request, reply) => show(reply, look(request.params.link)))
    scope.post<{ Params: { link: string } }>(`${unsubscribePath}:link`, async (request, reply) => show(reply, await act(request.params.link)))
    done()
  })
}

function addMetrics(app: FastifyInstance, options: WebOptions): void {
  const registry = new Registry()
  for (const { name, help, labels = [], read } of options.gauges) {
    new Gauge({
      name: `cartable_${name}`,
      help,
      labelNames: labels,
      registers: [registry],
      async collect() {
        this.reset()
        for (const one of await read()) this.set(one.labels ?? {}, one.value)
      },
    })
  }
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
