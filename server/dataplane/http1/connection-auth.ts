/**
 * Authentication of a connection instead of a request (NTLM, and Negotiate where it falls back to it): whoever sends on that connection
 * afterwards is taken for the one who has signed in. Such a connection must never carry the request of another client.
 */

const OFFERED = /(?:^|,)\s*(?:NTLM|Negotiate)\b/i
const GIVEN = /^(?:NTLM|Negotiate)\b/i

/** Does this value of Authorization sign in on the connection of its request? */
export function givesSignIn(authorization: string): boolean {
  return GIVEN.test(authorization)
}

/** Does this value of WWW-Authenticate offer that, or go on with it? */
export function offersSignIn(authenticate: string): boolean {
  return OFFERED.test(authenticate)
}
