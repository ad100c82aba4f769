/**
 * Spans for a program's database: subscribes to the tracing channels of Mortise, with the names that OpenTelemetry's conventions have for
 * databases. Values never get into a span, since the channels do not tell them.
 */
import { tracingChannel } from 'node:diagnostics_channel'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

/**
 * One span from `start` to the end of the asynchronous work, beneath the span that is active where it begins. `begin` gives its name and
 * attributes, `end` adds what is known at the end.
 */
function follow(tracer, channel, begin, end) {
  const spans = new WeakMap()
  const listeners = {
    start(told) {
      const { name, attributes } = begin(told)
      spans.set(told, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, context.active()))
    },
    end() {},
    asyncStart() {},
    asyncEnd(told) {
      const span = spans.get(told)
      if (!span) return
      end(told, span)
      span.end()
    },
    error(told) {
      const error = told.error instanceof Error ? told.error : new Error(String(told.error))
      // The name alone: the message of a database may quote values.
      spans.get(told)?.setStatus({ code: SpanStatusCode.ERROR, message: error.name })
    },
  }
  const found = tracingChannel(channel)
  found.subscribe(listeners)
  return () => found.unsubscribe(listeners)
}

/** Begins to make spans; call what it returns to stop. */
export function instrument(tracer = trace.getTracer('mortise')) {
  const stops = [
    follow(
      tracer,
      'mortise:query',
      (told) => ({
        name: told.model === null ? told.operation : `${told.operation} ${told.model}`,
        attributes: {
          'db.system.name': told.dialect,
          'db.operation.name': told.operation,
          'db.query.text': told.sql,
          ...(told.database === null ? {} : { 'db.namespace': told.database }),
          ...(told.model === null ? {} : { 'mortise.model': told.model }),
          ...(told.transaction === null ? {} : { 'mortise.transaction': told.transaction }),
        },
      }),
      (told, span) => {
        if (told.rowCount !== undefined) span.setAttribute('db.response.returned_rows', told.rowCount)
      },
    ),
    follow(
      tracer,
      'mortise:transaction',
      (told) => ({
        name: told.isSavepoint ? 'savepoint' : 'transaction',
        attributes: { 'db.system.name': told.dialect, 'mortise.read_only': told.readOnly },
      }),
      (told, span) => {
        if (told.outcome !== undefined) span.setAttribute('mortise.outcome', told.outcome)
      },
    ),
    follow(
      tracer,
      'mortise:connect',
      (told) => ({
        name: 'connect',
        attributes: {
          'db.system.name': told.dialect,
          ...(told.host === null ? {} : { 'server.address': told.host }),
          ...(told.port === null ? {} : { 'server.port': told.port }),
        },
      }),
      () => {},
    ),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
