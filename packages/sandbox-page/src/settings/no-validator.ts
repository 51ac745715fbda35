/** In place of `@rjsf/validator-ajv8`, which `@rjsf/core` names for its own tests only and which needs `eval`. */
const noValidator = undefined
export default noValidator
