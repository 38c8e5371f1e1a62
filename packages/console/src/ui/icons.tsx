import type { ReactNode } from 'react';

interface IconProps {
  /** In CSS pixels. Default: 16. */
  readonly size?: number;
}

interface GlyphProps extends IconProps {
  readonly children: ReactNode;
}

/** Icons have no accessible name: the control around an icon has it. */
function Glyph({ size = 16, children }: GlyphProps) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

export function PlayIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M5 3.2v9.6L12.5 8z" />
    </Glyph>
  );
}

export function PauseIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M5.5 3.5v9M10.5 3.5v9" />
    </Glyph>
  );
}

export function EditIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M10.8 2.9l2.3 2.3L5.6 12.7l-3 .7.7-3z" />
    </Glyph>
  );
}

export function TrashIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M2.8 4.5h10.4M6.3 4.3V2.8h3.4v1.5M4.2 4.7l.6 8.5h6.4l.6-8.5M6.8 7v4M9.2 7v4" />
    </Glyph>
  );
}

export function CopyIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M3 10.5h-.5V4A1.5 1.5 0 0 1 4 2.5h6.5V3" />
    </Glyph>
  );
}

export function PlusIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M8 3v10M3 8h10" />
    </Glyph>
  );
}

export function SearchIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <circle cx="7" cy="7" r="4.3" />
      <path d="M10.2 10.2L13.5 13.5" />
    </Glyph>
  );
}

export function SunIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9" />
    </Glyph>
  );
}

export function MoonIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M13.5 9.7A5.8 5.8 0 1 1 6.3 2.5a4.6 4.6 0 0 0 7.2 7.2z" />
    </Glyph>
  );
}

export function RefreshIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M13.2 6.5A5.5 5.5 0 0 0 3.3 5.2M2.8 9.5a5.5 5.5 0 0 0 9.9 1.3" />
      <path d="M3 2.5v2.9h2.9M13 13.5v-2.9h-2.9" />
    </Glyph>
  );
}

export function StopIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <rect x="4" y="4" width="8" height="8" rx="1" />
    </Glyph>
  );
}

export function WarningIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M8 2.3l6.2 11H1.8zM8 6.5v3M8 11.5v.1" />
    </Glyph>
  );
}

export function CheckIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M3 8.5l3.3 3.3L13 4.7" />
    </Glyph>
  );
}

export function ClockIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.8V8l2.3 1.5" />
    </Glyph>
  );
}

export function ChevronIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <path d="M4 6l4 4 4-4" />
    </Glyph>
  );
}

export function HelpIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M6.3 6.4a1.7 1.7 0 1 1 2.5 1.5c-.6.3-.8.6-.8 1.2M8 11.2v.1" />
    </Glyph>
  );
}

export function UserIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <circle cx="8" cy="5.5" r="2.7" />
      <path d="M2.8 13.5a5.3 5.3 0 0 1 10.4 0" />
    </Glyph>
  );
}

export function ScreenIcon(props: IconProps) {
  return (
    <Glyph {...props}>
      <rect x="2" y="3" width="12" height="8" rx="1.2" />
      <path d="M5.5 13.5h5" />
    </Glyph>
  );
}

/** Three dots: more actions. */
export function MoreIcon() {
  return (
    <Glyph>
      <path d="M3.5 8v.01M8 8v.01M12.5 8v.01" strokeWidth="2.4" />
    </Glyph>
  );
}

/** A bar and an arrow: the pause ends. It must not look like "Run now". */
export function ResumeIcon() {
  return (
    <Glyph>
      <path d="M4 3.5v9M7.5 3.8v8.4L13.5 8z" />
    </Glyph>
  );
}
