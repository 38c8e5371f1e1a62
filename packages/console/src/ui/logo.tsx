/** A leaf whose veins are the hands of a clock. */
export function Logo({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        d="M16 3C8.5 3 4 8.2 4 15.5 4 23.5 9.5 29 16.5 29 24.5 29 28 23 28 16V4.5C28 3.7 27.3 3 26.5 3z"
        fill="var(--mantine-color-leaf-6)"
      />
      <path
        d="M16 9v7.5l5 3.5"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
