export * from './fake-adapter'
export * from './fake-botpress'
