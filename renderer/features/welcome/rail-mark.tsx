/** The product's sign: a rail in cross-section with a mark on its head. */
export function RailMark({ sizePx }: { sizePx: number }) {
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1f2a2f" />
      <path
        d="M9 6h14a1.5 1.5 0 0 1 1.5 1.5v3A2.5 2.5 0 0 1 22 13h-2.6l-.9 7.2 6 2.3a1.5 1.5 0 0 1 1 1.4V26H6.5v-2.1a1.5 1.5 0 0 1 1-1.4l6-2.3-.9-7.2H10a2.5 2.5 0 0 1-2.5-2.5v-3A1.5 1.5 0 0 1 9 6Z"
        fill="#9fb3bd"
      />
      <path d="M15 6h5l-1.5 3.200h-2.300Z" fill="#E69F00" />
    </svg>
  );
}
