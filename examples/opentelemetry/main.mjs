/** A program whose database work comes out as spans, printed to the console: `npm install && npm start` in this folder. */
import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { DataTypes, Sequelize } from 'mortise'
import { instrument } from './spans.mjs'

const exporter = new InMemorySpanExporter()
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }))
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const stop = instrument()

const sequelize = new Sequelize('sqlite::memory:')
const User = sequelize.define('User', { name: { type: DataTypes.STRING, allowNull: false, unique: true } })
const Profile = sequelize.define('Profile', { bio: DataTypes.STRING })
User.hasOne(Profile, { as: 'profile' })
await sequelize.sync()

// Everything inside belongs to the span of the request.
await trace.getTracer('example').startActiveSpan('POST /users', async (request) => {
  await sequelize.transaction(async () => {
    const user = await User.create({ name: 'Ada' })
    await Profile.create({ bio: 'Wrote the first program', UserId: user.get('id') })
  })
  await User.findAll({ include: 'profile' })
  await User.create({ name: 'Ada' }).catch(() => {})
  request.end()
})
stop()
await sequelize.close()

const spans = exporter.getFinishedSpans()
const request = spans.find(({ name }) => name === 'POST /users')
if (!request) throw new Error('The span of the request is missing.')
for (const span of spans) {
  if (span.spanContext().traceId !== request.spanContext().traceId) continue
  const { 'db.query.text': sql = '', 'mortise.outcome': outcome = '' } = span.attributes
  console.log(
    `${span.name}${span.status.code === 2 ? ` (${span.status.message})` : ''} ${String(outcome)}${String(sql)}`,
  )
}
