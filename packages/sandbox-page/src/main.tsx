import '@mantine/core/styles.css'
// The package does not export its stylesheet, so it is reached by its path.
import '../node_modules/@botpress/webchat/dist/style.css'
import './base.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app'
import { forgetComposer } from './end-user/composer-memory'
import { preventFileDrops } from './shared/prevent-file-drops'
import { cssVariables, theme } from './theme'

const colorScheme = localStorageColorSchemeManager({ key: 'hitl-sandbox-color-scheme' })
const root = document.getElementById('root')

forgetComposer()
preventFileDrops()
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colorScheme}
        cssVariablesResolver={cssVariables}
      >
        <App />
      </MantineProvider>
    </StrictMode>
  )
}
