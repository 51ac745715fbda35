/*
 * esbuild puts one copy of axios in a bundle only if everybody asks for the same file; @botpress/client asks for this one.
 */
declare module 'axios/dist/node/axios.cjs' {
  import axios from 'axios'
  export default axios
}
