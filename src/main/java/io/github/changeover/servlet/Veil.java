package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A request whose fields of some names are not seen between the two filters, where a filter of the container's own would take it
 * before the application's have all had their say. The inner filter lifts it, on this very object: wrappers around it see through.
 * Internal.
 */
public final class Veil extends HttpServletRequestWrapper {
    private static final String ATTRIBUTE = Veil.class.getName();
    private final Set<String> hidden;
    private boolean lifted;

    private Veil(HttpServletRequest request, Set<String> hidden) {
        super(request);
        this.hidden = hidden;
    }

    /** @param fields names in small letters */
    public static Veil over(HttpServletRequest request, Set<String> fields) {
        Veil veil = new Veil(request, fields);
        request.setAttribute(ATTRIBUTE, veil);
        return veil;
    }

    /** Shows everything from now on, if anything was hidden. */
    static void lift(HttpServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof Veil veil) veil.lifted = true;
    }

    private boolean hides(String name) {
        return !lifted && name != null && hidden.contains(name.toLowerCase(Locale.ROOT));
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
