/** Front door of the page. */
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@mantine/spotlight/styles.css'
import '@fontsource-variable/inter/index.css'
import '@fontsource-variable/jetbrains-mono/index.css'
import './app.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { UndoToast } from '../components/undo-toast.tsx'
import { withBasePath } from '../lib/base-path.ts'
import { setToastView } from '../lib/undo.ts'
import { router } from './router.tsx'
import { theme } from './theme.ts'

setToastView((toast) => <UndoToast {...toast} />)

const client = new QueryClient({
  defaultOptions: {
    // The balancer may be this very machine: whether the browser believes to be online decides nothing.
    queries: { retry: 1, staleTime: 5000, refetchOnWindowFocus: false, structuralSharing: true, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

// The server answers without the path as well, for a proxy that takes it away; whoever comes past that proxy is led to it.
const elsewhere = withBasePath(window.location)
if (elsewhere !== undefined) window.location.replace(elsewhere)

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" limit={8} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
