const sdk = require('@botpress/sdk')

module.exports = { ...sdk, transforms: { ...sdk.transforms, zuiToJsonSchema: sdk.transforms.toJSONSchemaLegacy } }
