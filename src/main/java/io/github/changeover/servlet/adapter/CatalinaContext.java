package io.github.changeover.servlet.adapter;

import jakarta.servlet.ServletContext;

/** Recognizes Catalina, the servlet engine that Tomcat and Payara share. */
public final class CatalinaContext {
    private static final String CORE = "org.apache.catalina.core.";

    private CatalinaContext() {
    }

    /** Returns Catalina's class in the class hierarchy of a context, which a product may have extended; null in another container. */
    public static Class<?> classOf(ServletContext context) {
        Class<?> type = context.getClass();
        while (type != null && !type.getName().startsWith(CORE)) type = type.getSuperclass();
        return type;
    }
}
