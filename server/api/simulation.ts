/** `POST /pools/:id/simulate`: what another strategy, other weights or a backend less would do to the traffic. */
import { z } from 'zod'
import { simulationBodySchema } from '../../shared/api/simulation.ts'
import { API, type App } from './fastify.ts'
import type { ApiParts } from './parts.ts'

const params = z.object({ id: z.string().min(1).max(64) })

export function simulationRoutes(app: App, parts: Pick<ApiParts, 'simulate'>): void {
  app.post(
    `${API}/pools/:id/simulate`,
    {
      schema: {
        summary: "Replay the pool's traffic as it is and as it would be; changes nothing",
        params,
        body: simulationBodySchema.nullish(),
      },
    },
    async (request, reply) => {
      const left = new AbortController()
      // Who asks again before the answer is there has hung up: the thread is better used for the new question.
      reply.raw.on('close', () => {
        if (!reply.raw.writableFinished) left.abort()
      })
      return parts.simulate(request.params.id, simulationBodySchema.parse(request.body ?? {}), left.signal)
    },
  )
}
