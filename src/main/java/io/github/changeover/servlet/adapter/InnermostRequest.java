package io.github.changeover.servlet.adapter;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;

/** Finds the request object of the container. */
public final class InnermostRequest {
    private InnermostRequest() {
    }

    /** Returns the request behind all wrappers; the request itself if it is not a wrapper. */
    public static ServletRequest of(ServletRequest request) {
        ServletRequest innermost = request;
        while (innermost instanceof ServletRequestWrapper wrapper) innermost = wrapper.getRequest();
        return innermost;
    }
}
