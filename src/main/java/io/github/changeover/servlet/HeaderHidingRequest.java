package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Hides header fields of a request between the two filters, for a container whose own filter would process the request before all filters of the
 * application have run. The inner filter makes the fields visible again on this object, so that wrappers around it also show them. Internal.
 */
public final class HeaderHidingRequest extends HttpServletRequestWrapper {
    private static final String ATTRIBUTE = HeaderHidingRequest.class.getName();
    private final Set<String> hidden;
    private boolean revealed;

    private HeaderHidingRequest(HttpServletRequest request, Set<String> hidden) {
        super(request);
        this.hidden = hidden;
    }

    /** @param fields names in lower case */
    public static HeaderHidingRequest hiding(HttpServletRequest request, Set<String> fields) {
        HeaderHidingRequest hiding = new HeaderHidingRequest(request, fields);
        request.setAttribute(ATTRIBUTE, hiding);
        return hiding;
    }

    /** Makes all fields visible, if any were hidden. */
    static void reveal(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof HeaderHidingRequest hiding) hiding.revealed = true;
    }

    private boolean hides(String name) {
        return !revealed && name != null && hidden.contains(name.toLowerCase(Locale.ROOT));
    }

    @Override
    public String getHeader(String name) {
        return hides(name) ? null : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return hides(name) ? Collections.emptyEnumeration() : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = Collections.list(super.getHeaderNames());
        names.removeIf(this::hides);
        return Collections.enumeration(names);
    }
}
