// The layers of docs/architecture.md as rules: value imports go down only, and never in a circle.
// One row a folder: the folders whose *values* it may import besides its own.
const below = (...rows) => [...new Set(rows.flat())]

const layer0 = ['base', 'errors']
const layer1 = below(layer0, ['sql', 'types'])
const layer2 = below(layer1, ['schema', 'print'])
const layer3 = below(layer2, ['connect', 'dialect'])
const layer4 = below(layer3, ['model', 'association'])

const mayImport = {
  base: ['errors'],
  errors: ['base'],
  sql: layer0,
  types: layer0,
  schema: layer1,
  print: layer1,
  connect: layer2,
  dialect: below(layer2, ['connect']),
  model: layer1,
  association: below(layer1, ['model']),
  read: layer4,
  write: below(layer4, ['read']),
  sync: below(layer4, ['read']),
}

// Folders of one layer may share types; values only where the table above says so.
const layerOf = {
  base: 0,
  errors: 0,
  sql: 1,
  types: 1,
  schema: 2,
  print: 2,
  connect: 3,
  dialect: 3,
  model: 4,
  association: 4,
  read: 5,
  write: 5,
  sync: 5,
}

const top = ['api', 'decorators', 'cli', 'kysely']
const folders = Object.keys(mayImport)
const inside = (names) => `^src/(?:${names.join('|')})/`

const valueRules = folders.map((folder) => ({
  name: `layer:${folder}`,
  comment: `src/${folder} may import values only from: ${mayImport[folder].join(', ')}.`,
  severity: 'error',
  from: { path: inside([folder]) },
  to: {
    path: '^src/',
    pathNot: inside([folder, ...mayImport[folder]]),
    dependencyTypesNot: ['type-only'],
  },
}))

const typeRules = folders.map((folder) => ({
  name: `layer-types:${folder}`,
  comment: `src/${folder} may import types from its own layer and below, and from the public types (src/api/types*).`,
  severity: 'error',
  from: { path: inside([folder]) },
  to: {
    path: '^src/',
    pathNot: [inside(folders.filter((other) => layerOf[other] <= layerOf[folder])), '^src/api/types'],
    dependencyTypes: ['type-only'],
  },
}))

module.exports = {
  forbidden: [
    ...valueRules,
    ...typeRules,
    {
      name: 'no-cycles',
      comment: 'Value imports never form a circle: move what both sides need one layer down.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'registry-only-from-api',
      comment: 'Only src/api resolves a dialect by name; everything below receives a Dialect value.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/api/' },
      to: { path: '^src/dialect/registry' },
    },
    {
      name: 'engines-stay-in-dialect',
      comment: "Outside src/dialect only the top layer may name one engine's folder.",
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/dialect/', '^src/api/', '^src/index\\.ts$'] },
      to: { path: '^src/dialect/[^/]+/' },
    },
    {
      name: 'nobody-imports-the-entry',
      comment: 'src/index.ts collects the public names; inside, import the file that makes them.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/index\\.ts$' },
    },
    {
      name: 'every-folder-has-a-layer',
      comment: 'A new folder in src/ needs a row in this file and in docs/architecture.md.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [inside([...folders, ...top]), '^src/index\\.ts$'] },
    },
    {
      name: 'every-folder-has-a-layer:unused',
      comment: 'The same for a file that nothing imports.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: [inside([...folders, ...top]), '^src/index\\.ts$'] },
      to: {},
    },
    {
      name: 'src-stands-alone',
      comment: 'What is published imports neither tests, examples and scripts nor development dependencies.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        pathNot: '^src/',
        dependencyTypes: ['local', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
    {
      name: 'drivers-stay-in-dialect',
      comment: "A database driver is loaded only by its dialect's folder.",
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(?:dialect|kysely)/' },
      to: { dependencyTypes: ['npm-peer'] },
    },
    {
      name: 'resolvable',
      comment: 'Every import leads to a file (written with its .js extension).',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
