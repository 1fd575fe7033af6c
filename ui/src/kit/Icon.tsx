/** The app's own icons: 16 by 16, drawn with one stroke. */

const PATHS = {
  overview: "M2.5 3.5h4.5v4.5h-4.5zM9 3.5h4.5v3H9zM9 8.5h4.5v4.5H9zM2.5 10h4.5v3h-4.5z",
  plus: "M8 3v10M3 8h10",
  support: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4ZM8 10.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2ZM3.7 3.7l2.4 2.4M9.9 9.9l2.4 2.4M12.3 3.7 9.9 6.1M6.1 9.9l-2.4 2.4",
  settings: "M2 4.5h7M12.5 4.5H14M2 11.5h1.5M7 11.5h7M10.7 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4ZM5.3 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4Z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.6 10.6 14 14",
  sync: "M13.5 6.5A5.8 5.8 0 0 0 3 5M2.5 9.5A5.8 5.8 0 0 0 13 11M3 2v3h3M13 14v-3h-3",
  verify: "M8 1.8 13 3.6v4c0 3.2-2.1 5.5-5 6.6-2.900-1.100-5-3.400-5-6.600v-4ZM5.700 7.900l1.700 1.700 3-3.300",
  changes: "M5 2v9M5 11 2.500 8.500M5 11l2.500-2.500M11 14V5M11 5 8.500 7.500M11 5l2.500 2.500",
  check: "M3 8.500 6.300 12 13 4.500",
  cross: "M4 4l8 8M12 4l-8 8",
  dash: "M4 8h8",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  left: "M10 4 6 8l4 4",
  more: "M3.200 8h.01M8 8h.01M12.800 8h.01",
  copy: "M5.500 5.500h8v8h-8zM10.500 5.500v-3h-8v8h3",
  open: "M9.500 2.500h4v4M13.500 2.500 8 8M6.500 3.500h-4v10h10v-4",
  file: "M4 1.800h5l3.500 3.500v8.900h-8.500zM9 1.800v3.500h3.500",
  key: "M10.500 9a3.500 3.500 0 1 0-3.300-2.300L2 12v2h2.500v-1.500H6V11h1.500l.8-2.200c.6.1 1.400.2 2.200.2ZM11.200 4.800h.01",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "M4.500 2.800v10.400l8.500-5.200z",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.700V8l2.300 1.600",
  hourglass: "M4 2h8M4 14h8M5 2v2.500L8 8l3-3.500V2M5 14v-2.500L8 8l3 3.500V14",
  circle: "M8 13.500a5.500 5.500 0 1 0 0-11 5.500 5.500 0 0 0 0 11Z",
  healthy: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.300 8.200l1.900 1.900 3.500-3.900",
  warning: "M8 2.200 14.300 13.500H1.700ZM8 6.500v3.200M8 11.500v.01",
  failing: "M5.500 1.900h5L14.100 5.500v5L10.500 14.100h-5L1.900 10.500v-5ZM8 4.900v3.600M8 11v.01",
  hand: "M3 2.500h10v8.500H8.500L5.500 13.800V11H3ZM8 4.700v2.600M8 9v.01",
  bolt: "M9 1.800 3.500 9H8l-1 5.200L12.500 7H8Z",
  person: "M8 7.800a2.700 2.700 0 1 0 0-5.400 2.700 2.700 0 0 0 0 5.400ZM2.800 13.700c.5-2.600 2.600-4 5.200-4s4.700 1.400 5.200 4",
  webhook: "M6.300 7.200 4 11.200M8 5.500l3.100 5.200M6 12.300h5M8 5.500a2 2 0 1 0-1.900-1.400M4 14.200a2 2 0 1 0-1.700-3M12 14.200a2 2 0 1 0 .7-3.800",
  trash: "M2.500 4.300h11M6 4V2.300h4V4M4 4.300l.7 9.400h6.600l.7-9.400M6.700 7v4M9.300 7v4",
  lock: "M3.500 7h9v6.800h-9zM5.500 7V4.700a2.500 2.500 0 0 1 5 0V7",
  flask: "M6 1.900h4M6.800 2v4.200L3 13.200a.7.7 0 0 0 .6 1h8.800a.7.7 0 0 0 .6-1L9.200 6.200V2M4.800 10h6.400",
  offline: "M2 2l12 12M3.200 8.300A7 7 0 0 1 6 6.700M9.800 6.600c1.100.300 2.200.900 3 1.700M5.300 10.500A4 4 0 0 1 8 9.400M8 13h.01M1.500 6a9.600 9.600 0 0 1 2.400-1.600M7 3.600A9.700 9.700 0 0 1 14.500 6",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.400v3.400M8 5.100v.01",
  external: "M6 3H3v10h10v-3M9 2.500h4.500V7M13.500 2.500 7.500 8.500",
  export: "M8 10V2.500M5 5l3-3 3 3M2.500 10v3.500h11V10",
  bell: "M4 7a4 4 0 0 1 8 0c0 3.200 1.300 4.200 1.300 4.200H2.700S4 10.200 4 7ZM6.700 13.300a1.400 1.400 0 0 0 2.600 0",
} as const;

export type IconName = keyof typeof PATHS;

type Props = { name: IconName; size?: number; className?: string | undefined };

/** An icon beside text or within a control that has a name of its own. Never announced. */
export function Icon({ name, size = 16, className }: Props) {
  return (
    <svg
      className={className}
      width={`${size / 16}rem`}
      height={`${size / 16}rem`}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 2.2 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
