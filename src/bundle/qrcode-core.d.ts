/** Types of the part of the package that makes the matrix: its whole index also loads renderers we never use (30 ms of each start). */
declare module 'qrcode/lib/core/qrcode' {
  export { create } from 'qrcode'
}
