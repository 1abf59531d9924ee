/** The sign of Evenkeel: a beam in balance over a hull. */
export function BrandMark({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--ek-text)" />
      <path
        d="M6 13h20M16 13v12M9 21c2 3.4 4.5 4 7 4s5-.6 7-4"
        fill="none"
        stroke="var(--ek-bg)"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="8" r="2.6" fill="var(--ek-bg)" />
    </svg>
  )
}
