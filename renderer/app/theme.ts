import {
  ActionIcon,
  Button,
  createTheme,
  Menu,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Textarea,
  TextInput,
  Tooltip,
  type MantineColorsTuple,
} from '@mantine/core';

/** The one accent: a calm teal. Shade 7 carries white text at 4.9 : 1. */
const rail: MantineColorsTuple = [
  '#e3f6f8',
  '#c6eaef',
  '#9fdbe3',
  '#74cad5',
  '#52bac8',
  '#3ba9b8',
  '#2b93a3',
  '#1f7a8c',
  '#1a6675',
  '#12505c',
];
/** From text to the darkest ground; the picture stays the brightest thing on the screen. */
const dark: MantineColorsTuple = [
  '#d8dde3',
  '#b9c1ca',
  '#98a2ad',
  '#828c97',
  '#363c44',
  '#2b3037',
  '#202429',
  '#1b1e22',
  '#15171a',
  '#0f1113',
];

export const theme = createTheme({
  primaryColor: 'rail',
  primaryShade: 7,
  colors: { rail, dark },
  fontFamily: "'Noto Sans SC Variable', 'Noto Sans SC', 'Microsoft YaHei', system-ui, sans-serif",
  fontFamilyMonospace: "'Noto Sans SC Variable', ui-monospace, monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '20px', xl: '28px' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '22px' }, h2: { fontSize: '16px' }, h3: { fontSize: '13px' } } },
  radius: { xs: '2px', sm: '4px', md: '6px', lg: '8px', xl: '12px' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 28 } }),
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'md', withinPortal: true } }),
    // the page never scrolls, and locking it would need a style element that the content policy forbids
    Modal: Modal.extend({ defaultProps: { lockScroll: false, centered: true, overlayProps: { backgroundOpacity: 0.6 } } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'xs' } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs' } }),
    Select: Select.extend({ defaultProps: { size: 'xs', allowDeselect: false } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true, multiline: true, maw: 360, fz: 12, color: 'dark.4' } }),
  },
});
