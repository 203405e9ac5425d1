package io.github.changeover.servlet.innerrequest;

import io.github.changeover.http.UriScheme;
import io.github.changeover.spi.Fields;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.TreeSet;

/**
 * An inner request as the application sees it: it shows the client instead of this machine, and no mark. Used if the container's own request cannot
 * be changed, or not completely. The {@code AsyncContext} that {@code startAsync()} returns also shows this view.
 */
final class InnerRequestView extends HttpServletRequestWrapper {
    private final InnerRequestOrigin origin;
    private final boolean protocolOnly;
    private final ServletResponse response;

    /** @param protocolOnly whether only the protocol is changed, because the container's own request shows everything else */
    InnerRequestView(HttpServletRequest request, ServletResponse response, InnerRequestOrigin origin, boolean protocolOnly) {
        super(request);
        this.response = response;
        this.origin = origin;
        this.protocolOnly = protocolOnly;
        if (!protocolOnly && !origin.cipherSuite().isEmpty()) setAttribute("jakarta.servlet.request.cipher_suite", origin.cipherSuite());
    }

    /** Returns whether the request is such a view or wraps one. */
    static boolean isWithin(ServletRequest request) {
        for (ServletRequest at = request; ; at = ((ServletRequestWrapper) at).getRequest()) {
            if (at instanceof InnerRequestView) return true;
            if (!(at instanceof ServletRequestWrapper)) return false;
        }
    }

    @Override
    public String getProtocol() {
        return origin.protocol();
    }

    @Override
    public String getRemoteAddr() {
        return origin.address();
    }

    @Override
    public String getRemoteHost() {
        return origin.address();
    }

    @Override
    public int getRemotePort() {
        return origin.client().getPort();
    }

    @Override
    public String getScheme() {
        return origin.scheme();
    }

    @Override
    public boolean isSecure() {
        return origin.secure();
    }

    @Override
    public String getServerName() {
        return origin.serverName().orElseGet(super::getServerName);
    }

    @Override
    public int getServerPort() {
        return origin.serverPort(super.getHeader("Host")).orElseGet(super::getServerPort);
    }

    @Override
    public StringBuffer getRequestURL() {
        if (protocolOnly) return super.getRequestURL();
        StringBuffer url = new StringBuffer(getScheme()).append("://").append(getServerName());
        if (getServerPort() != UriScheme.defaultPort(getScheme()).orElse(0)) url.append(':').append(getServerPort());
        return url.append(getRequestURI());
    }

    // ---- header fields

    @Override
    public String getHeader(String name) {
        if (protocolOnly) return super.getHeader(name);
        Enumeration<String> values = getHeaders(name);
        return values.hasMoreElements() ? values.nextElement() : null;
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        if (protocolOnly) return super.getHeaders(name);
        if (InnerRequests.FIELD.equalsIgnoreCase(name)) return Collections.emptyEnumeration();
        List<String> values = new ArrayList<>(Collections.list(super.getHeaders(name)));
        values.addAll(origin.proxyFields().values(name));
        return Collections.enumeration(values);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        if (protocolOnly) return super.getHeaderNames();
        TreeSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Collections.list(super.getHeaderNames()));
        for (Fields.Line line : origin.proxyFields()) names.add(line.name());
        names.remove(InnerRequests.FIELD);
        return Collections.enumeration(names);
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        return InnerRequests.FIELD.equalsIgnoreCase(name) ? -1 : super.getDateHeader(name);
    }

    // ---- asynchronous processing

    @Override
    public AsyncContext startAsync() {
        return new InnerAsyncContext(super.startAsync());
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse answer) {
        return new InnerAsyncContext(super.startAsync(request, answer));
    }

    @Override
    public AsyncContext getAsyncContext() {
        return new InnerAsyncContext(super.getAsyncContext());
    }

    /** The {@code AsyncContext} of the container, except that it returns this view instead of the container's own request. */
    private final class InnerAsyncContext implements AsyncContext {
        private final AsyncContext context;

        InnerAsyncContext(AsyncContext context) {
            this.context = context;
        }

        private ServletRequest shown(ServletRequest request) {
            return request == null || isWithin(request) ? request : InnerRequestView.this;
        }

        @Override
        public ServletRequest getRequest() {
            return shown(context.getRequest());
        }

        @Override
        public ServletResponse getResponse() {
            ServletResponse given = context.getResponse();
            return given == null ? response : given;
        }

        @Override
        public boolean hasOriginalRequestAndResponse() {
            return context.hasOriginalRequestAndResponse();
        }

        @Override
        public void dispatch() {
            context.dispatch();
        }

        @Override
        public void dispatch(String path) {
            context.dispatch(path);
        }

        @Override
        public void dispatch(ServletContext application, String path) {
            context.dispatch(application, path);
        }

        @Override
        public void complete() {
            context.complete();
        }

        @Override
        public void start(Runnable run) {
            context.start(run);
        }

        @Override
        public void addListener(AsyncListener listener) {
            context.addListener(new InnerAsyncListener(listener));
        }

        @Override
        public void addListener(AsyncListener listener, ServletRequest request, ServletResponse answer) {
            context.addListener(new InnerAsyncListener(listener), request, answer);
        }

        @Override
        public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
            return context.createListener(type);
        }

        @Override
        public void setTimeout(long timeout) {
            context.setTimeout(timeout);
        }

        @Override
        public long getTimeout() {
            return context.getTimeout();
        }

        /** A listener of the application whose events contain this view. */
        private final class InnerAsyncListener implements AsyncListener {
            private final AsyncListener listener;

            InnerAsyncListener(AsyncListener listener) {
                this.listener = listener;
            }

            private AsyncEvent shown(AsyncEvent event) {
                return new AsyncEvent(InnerAsyncContext.this, InnerAsyncContext.this.shown(event.getSuppliedRequest()), event.getSuppliedResponse(), event.getThrowable());
            }

            @Override
            public void onComplete(AsyncEvent event) throws IOException {
                listener.onComplete(shown(event));
            }

            @Override
            public void onTimeout(AsyncEvent event) throws IOException {
                listener.onTimeout(shown(event));
            }

            @Override
            public void onError(AsyncEvent event) throws IOException {
                listener.onError(shown(event));
            }

            @Override
            public void onStartAsync(AsyncEvent event) throws IOException {
                listener.onStartAsync(shown(event));
            }
        }
    }
}
