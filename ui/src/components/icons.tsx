import type { JSX } from 'solid-js';

/** Line icons, drawn on 16 × 16; decoration only, the text beside them says the same. */
function Icon(props: { readonly class?: string; readonly children: JSX.Element }) {
  return (
    <svg class={`icon ${props.class ?? ''}`} viewBox="0 0 16 16" aria-hidden="true">
      {props.children}
    </svg>
  );
}

/** Two threads over and under each other. */
export function MarkIcon() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <path class="warp" d="M11 4.5v2.3M11 15.2v12.3M21 4.5v12.3M21 25.2v2.3" />
      <path class="weft" d="M4.5 11h12.3M25.2 11h2.3M4.5 21h2.3M15.2 21h12.3" />
    </svg>
  );
}

export function AttachIcon() {
  return (
    <Icon class="attach">
      <path d="M8 13V3.5M4 7.2 8 3.2l4 4" />
    </Icon>
  );
}

export function DetachIcon() {
  return (
    <Icon class="detach">
      <path d="M8 3v9.5M4 8.8l4 4 4-4" />
    </Icon>
  );
}

export function GapIcon() {
  return (
    <Icon class="gap">
      <path d="M8 2.6 14.2 13.2H1.8zM8 6.6v3.1M8 11.4v.1" />
    </Icon>
  );
}

export function ShieldIcon() {
  return (
    <Icon>
      <path d="M8 1.8 13.2 4v3.6c0 3.2-2.2 5.5-5.2 6.6-3-1.1-5.2-3.4-5.2-6.6V4zM5.6 8l1.8 1.8 3.1-3.4" />
    </Icon>
  );
}

export function WarningIcon() {
  return (
    <Icon>
      <path d="M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.5v.1" />
    </Icon>
  );
}

export function SunIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.4v1.4M8 13.2v1.4M1.4 8h1.4M13.2 8h1.4M3.3 3.3l1 1M11.7 11.7l1 1M3.3 12.7l1-1M11.7 4.3l1-1" />
    </Icon>
  );
}

export function MoonIcon() {
  return (
    <Icon>
      <path d="M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7z" />
    </Icon>
  );
}

export function RouteIcon() {
  return (
    <Icon>
      <path d="M2.2 3.6h6.2M5 8h5.4M7.8 12.4h6" />
    </Icon>
  );
}

export function RenewIcon() {
  return (
    <Icon>
      <path d="M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.4 2v3h-3" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="m3.6 3.6 8.8 8.8M12.4 3.6l-8.8 8.8" />
    </Icon>
  );
}

export function PluginIcon() {
  return (
    <Icon>
      <path d="M6 2v3M10 2v3M4 5h8v3.2a4 4 0 0 1-8 0zM8 12.2V14" />
    </Icon>
  );
}

export function AgentIcon() {
  return (
    <Icon>
      <circle cx="4" cy="4" r="1.8" />
      <circle cx="12" cy="8" r="1.8" />
      <circle cx="4" cy="12" r="1.8" />
      <path d="M5.7 4.7 10.3 7.2M10.3 8.8 5.7 11.3" />
    </Icon>
  );
}

export function MemoryIcon() {
  return (
    <Icon>
      <path d="M4 2.2h8v11.4l-4-2.8-4 2.8z" />
    </Icon>
  );
}

export function EventIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="2.4" />
    </Icon>
  );
}

export function CheckIcon() {
  return (
    <Icon class="check-icon">
      <path d="m3 8.6 3.4 3.3L13 4.6" />
    </Icon>
  );
}

export function CopyIcon() {
  return (
    <Icon>
      <path d="M5.5 5.5h7.3v7.3H5.5zM10.5 5.5V3.2H3.2v7.3h2.3" />
    </Icon>
  );
}
