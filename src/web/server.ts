/** The web face: alive, ready, metrics. It holds no personal data and knows no roster. */
import Fastify, { type FastifyInstance } from 'fastify'
import { Gauge, Registry } from 'prom-client'
import type { GaugeSource } from './gauges'

export interface WebOptions {
  host: string
  /** 0 binds any free port. */
  port: number
  /** The page at `/`, HTML: says what this is, shows nothing of anybody. */
  home: string
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
