/**
 * Rendezvous (highest random weight) hashing. Idea: every backend scores every key with its own hash and the highest wins; when a
 * backend goes, exactly its keys move, each to the next highest. Weights: score = weight / -ln(u), u uniform in (0, 1).
 * Source: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998; weights by
 * C. Schindelhauer, G. Schomaker, "Weighted Distributed Hash Tables", SPAA 2005.
 */
import { mix } from './hash-text.ts'

/** A 32-bit hash as a number strictly between 0 and 1. */
const unit = (hash: number): number => ((hash >>> 0) + 0.5) / 4294967296

/** Score of a backend for a key; the highest of a pool serves it. `seed` is the hash of the backend's id. */
export function rendezvousScore(keyHash: number, seed: number, weight: number): number {
  return -weight / Math.log(unit(mix(keyHash ^ seed)))
}

/** Order-preserving stand-in for the score when all weights are equal: no logarithm. */
export function rendezvousRank(keyHash: number, seed: number): number {
  return mix(keyHash ^ seed) >>> 0
}
