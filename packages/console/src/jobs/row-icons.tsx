const STROKE = {
  width: 16,
  height: 16,
  viewBox: '0 0 16 16',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 1.5,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
  focusable: false,
} as const;

/** Three dots: further things to do. */
export function MoreIcon() {
  return (
    <svg {...STROKE} strokeWidth={2.4} aria-hidden="true">
      <path d="M3.5 8v.01M8 8v.01M12.5 8v.01" />
    </svg>
  );
}

/** A pause that ends: a bar, and what goes on after it. It must not look like "run now". */
export function ResumeIcon() {
  return (
    <svg {...STROKE} aria-hidden="true">
      <path d="M4 3.5v9M7.5 3.8v8.4L13.5 8z" />
    </svg>
  );
}
