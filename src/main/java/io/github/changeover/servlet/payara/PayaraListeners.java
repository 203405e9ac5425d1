package io.github.changeover.servlet.payara;

import io.github.changeover.servlet.adapter.LocalAddress;
import jakarta.servlet.ServletContext;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The network listeners in the configuration of Payara or GlassFish, found by reflection.
 *
 * @param upgradeToH2c names of the listeners that upgrade to h2c themselves
 * @param threads number of threads of the listener with the fewest
 * @param local   addresses by which clients on this machine reach listeners, in the order of the configuration
 */
record PayaraListeners(List<String> upgradeToH2c, int threads, List<URI> local) {
    private static final String DEFAULT_INSTANCE = "default-instance-name", CONFIG_PACKAGE = "org.glassfish.grizzly.config.dom.";

    /** @return null if the configuration is not as expected */
    static PayaraListeners of(ServletContext context, GrizzlyServer server) {
        try {
            return read(context.getClassLoader(), server);
        } catch (ReflectiveOperationException | RuntimeException | LinkageError unknown) {
            return null;
        }
    }

    private static PayaraListeners read(ClassLoader loader, GrizzlyServer server) throws ReflectiveOperationException {
        Object habitat = loader.loadClass("org.glassfish.internal.api.Globals").getMethod("getDefaultHabitat").invoke(null);
        Class<?> type = loader.loadClass("com.sun.enterprise.config.serverbeans.Config");
        Object config = loader.loadClass("org.glassfish.hk2.api.ServiceLocator").getMethod("getService", Class.class, String.class, Annotation[].class)
                .invoke(habitat, type, DEFAULT_INSTANCE, new Annotation[0]);
        Elements elements = new Elements(loader);
        Object listeners = elements.get("NetworkConfig", type.getMethod("getNetworkConfig").invoke(config), "getNetworkListeners");
        List<String> upgradeToH2c = new ArrayList<>();
        List<URI> local = new ArrayList<>();
        int threads = Integer.MAX_VALUE;
        for (Object listener : (Iterable<?>) elements.get("NetworkListeners", listeners, "getNetworkListener")) {
            Object protocol = elements.get("NetworkListener", listener, "findHttpProtocol");
            if (protocol == null || !elements.isTrue("NetworkListener", listener, "getEnabled")) continue;
            Object http = elements.get("Protocol", protocol, "getHttp");
            if ("__asadmin".equals(elements.get("Http", http, "getDefaultVirtualServer"))) continue;
            if (!elements.isTrue("Protocol", protocol, "getSecurityEnabled") && elements.isTrue("Http", http, server.http2Getter())) upgradeToH2c.add(elements.get("NetworkListener", listener, "getName").toString());
            address(elements, listener, elements.isTrue("Protocol", protocol, "getSecurityEnabled")).ifPresent(local::add);
            threads = Math.min(threads, Integer.parseInt(elements.get("ThreadPool", elements.get("NetworkListener", listener, "findThreadPool"), "getMaxThreadPoolSize").toString()));
        }
        return new PayaraListeners(upgradeToH2c, threads == Integer.MAX_VALUE ? 0 : threads, local);
    }

    private static Optional<URI> address(Elements elements, Object listener, boolean tls) {
        try {
            int port = Integer.parseInt(elements.get("NetworkListener", listener, "getPort").toString());
            if (port <= 0 || elements.isTrue("NetworkListener", listener, "getJkEnabled")) return Optional.empty();
            Object bound = elements.get("NetworkListener", listener, "getAddress");
            return LocalAddress.of(bound == null ? null : InetAddress.getByName(bound.toString())).map(host -> URI.create((tls ? "https://" : "http://") + host + ":" + port));
        } catch (ReflectiveOperationException | UnknownHostException | RuntimeException unknown) {
            return Optional.empty();
        }
    }

    /** Returns an address, without TLS if possible; empty if there is none. */
    Optional<URI> localAddress() {
        return local.stream().filter(address -> address.getScheme().equals("http")).findFirst().or(() -> local.stream().findFirst());
    }

    /** Reads elements of the configuration through their public interfaces, because their implementation classes are hidden. */
    private record Elements(ClassLoader loader) {
        Object get(String type, Object element, String getter) throws ReflectiveOperationException {
            return loader.loadClass(CONFIG_PACKAGE + type).getMethod(getter).invoke(element);
        }

        boolean isTrue(String type, Object element, String getter) throws ReflectiveOperationException {
            return Boolean.parseBoolean(String.valueOf(get(type, element, getter)));
        }
    }
}
