import { generateThemeOverride } from '@botpress/webchat'
import { useComputedColorScheme } from '@mantine/core'
import { type CSSProperties, useMemo } from 'react'
import { ACCENT } from '../theme'

/**
 * The webchat's colours, for the element around it. Its own provider of styles would load a font from the internet, and
 * its stylesheet sets variables of the whole page that other components use under the same names.
 */
export function useWebchatTheme(): CSSProperties {
  const themeMode = useComputedColorScheme('light')
  return useMemo(
    () =>
      generateThemeOverride({
        color: ACCENT,
        fontFamily: 'inherit',
        radius: 1.5,
        themeMode,
        variant: 'solid',
        headerVariant: 'solid',
      }),
    [themeMode]
  )
}
