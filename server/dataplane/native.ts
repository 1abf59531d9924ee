export { openHttpProxyListener as openNativeListener } from './http-proxy/listener.ts'
