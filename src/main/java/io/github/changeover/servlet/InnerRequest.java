package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** A request from within a switched connection, as the application is to see it: the peer's address and scheme, and no mark. */
final class InnerRequest extends HttpServletRequestWrapper {
    private final InnerRequests.Origin origin;

    InnerRequest(HttpServletRequest request, InnerRequests.Origin origin) {
        super(request);
        this.origin = origin;
        if (!origin.cipherSuite().isEmpty()) setAttribute("jakarta.servlet.request.cipher_suite", origin.cipherSuite());
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
        return origin.remote().getPort();
    }

    @Override
    public String getScheme() {
        return origin.scheme();
    }

    @Override
    public boolean isSecure() {
        return origin.scheme().equals("https");
    }

    @Override
    public String getProtocol() {
        return origin.protocol();
    }

    /** The container takes 80 where Host has no port. */
    @Override
    public int getServerPort() {
        String host = super.getHeader("Host");
        boolean named = host != null && host.lastIndexOf(':') > host.lastIndexOf(']');
        return isSecure() && !named ? 443 : super.getServerPort();
    }

    @Override
    public StringBuffer getRequestURL() {
        StringBuffer url = super.getRequestURL();
        if (isSecure() && url.indexOf("http:") == 0) url.insert(4, 's');
        return url;
    }

    @Override
    public String getHeader(String name) {
        return InnerRequests.MARK.equalsIgnoreCase(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return InnerRequests.MARK.equalsIgnoreCase(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = Collections.list(super.getHeaderNames());
        names.removeIf(InnerRequests.MARK::equalsIgnoreCase);
        return Collections.enumeration(names);
    }
}
