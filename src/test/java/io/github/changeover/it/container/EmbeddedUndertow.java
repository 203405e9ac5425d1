package io.github.changeover.it.container;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.net.ssl.SSLContext;

/**
 * Undertow in this JVM; {@code undertow-hidden}: its classes are hidden from the applications, so it is not supported. It has no support for WARs, so this
 * class reads the necessary parts: the context parameters, the annotated servlets, filters and listeners, and the initializers of the libraries. It has no
 * logins.
 */
final class EmbeddedUndertow implements ContainerUnderTest {
    private static final String API = "io.undertow.servlet.api.", HANDLER = "io.undertow.server.HttpHandler", PATHS = "io.undertow.server.handlers.PathHandler";
    private static final Pattern PARAMETER = Pattern.compile("<context-param><param-name>([^<]*)</param-name><param-value>([^<]*)</param-value></context-param>");
    private static final String ANNOTATIONS = "jakarta.servlet.annotation.", INITIALIZER = "jakarta.servlet.ServletContainerInitializer";
    private final String name;
    private final Path base;
    private final Object server, paths;
    private final boolean hidden;
    private final Map<String, Object> managers = new HashMap<>();

    private EmbeddedUndertow(String name, Path base, Object server, Object paths) {
        this.name = name;
        this.base = base;
        this.server = server;
        this.paths = paths;
        this.hidden = name.equals("undertow-hidden");
    }

    static EmbeddedUndertow start(String name) {
        Path base = TestDirectories.fresh(name);
        LogCapture.start(name);
        try {
            Object paths = Reflection.call("io.undertow.Handlers", null, "path");
            Object builder = Reflection.call("io.undertow.Undertow", null, "builder");
            String type = "io.undertow.Undertow$Builder";
            Reflection.call(type, builder, "addHttpListener", new Class<?>[] {int.class, String.class}, 0, TestDirectories.LOOPBACK);
            Reflection.call(type, builder, "addHttpsListener", new Class<?>[] {int.class, String.class, SSLContext.class}, 0, TestDirectories.LOOPBACK, TestKeyStore.serverContext());
            Reflection.call(type, builder, "setHandler", new Class<?>[] {Reflection.type(HANDLER)}, paths);
            Object server = Reflection.call(type, builder, "build");
            Reflection.call("io.undertow.Undertow", server, "start");
            return new EmbeddedUndertow(name, base, server, paths);
        } catch (Exception e) {
            throw new IllegalStateException("Undertow did not start", e);
        }
    }

    @Override
    public void deploy(Path war, String contextPath) {
        try {
            Path folder = unpack(war, contextPath);
            URLClassLoader loader = loader(folder);
            String type = API + "DeploymentInfo";
            Object info = Reflection.create(type);
            set(info, "setClassLoader", ClassLoader.class, loader);
            set(info, "setContextPath", String.class, contextPath.isEmpty() ? "/" : contextPath);
            set(info, "setDeploymentName", String.class, "war" + contextPath);
            Path descriptor = folder.resolve("WEB-INF/web.xml");
            Matcher parameters = PARAMETER.matcher(Files.exists(descriptor) ? Files.readString(descriptor) : "");
            while (parameters.find()) {
                Reflection.call(type, info, "addInitParameter", new Class<?>[] {String.class, String.class}, parameters.group(1), parameters.group(2));
            }
            Set<Class<?>> classes = classes(folder.resolve("WEB-INF/classes"), loader);
            for (Class<?> each : classes) {
                addServlet(info, each);
                addFilter(info, each);
                if (annotation(each, "WebListener") != null) {
                    Object listener = Reflection.type(API + "ListenerInfo").getConstructor(Class.class).newInstance(each);
                    set(info, "addListener", Reflection.type(API + "ListenerInfo"), listener);
                }
            }
            for (Object initializer : ServiceLoader.load(Reflection.type(INITIALIZER), loader)) addInitializer(info, initializer.getClass(), classes);
            Object container = Reflection.call("io.undertow.servlet.Servlets", null, "defaultContainer");
            Object manager = Reflection.call(API + "ServletContainer", container, "addDeployment", new Class<?>[] {Reflection.type(type)}, info);
            Reflection.call(API + "DeploymentManager", manager, "deploy");
            Object handler = Reflection.call(API + "DeploymentManager", manager, "start");
            Reflection.call(PATHS, paths, "addPrefixPath", new Class<?>[] {String.class, Reflection.type(HANDLER)}, contextPath.isEmpty() ? "/" : contextPath, handler);
            managers.put(contextPath, manager);
        } catch (Exception e) {
            throw new DeploymentFailed(war.getFileName() + " did not start at \"" + contextPath + "\": " + e, e);
        }
    }

    private static void set(Object info, String setter, Class<?> type, Object value) throws Exception {
        Reflection.call(API + "DeploymentInfo", info, setter, new Class<?>[] {type}, value);
    }

    /** Returns an annotation of the Servlet API; null if the class does not have it. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object annotation(Class<?> type, String name) throws Exception {
        return type.getAnnotation((Class) Reflection.type(ANNOTATIONS + name));
    }

    private static void addServlet(Object info, Class<?> type) throws Exception {
        Object annotation = annotation(type, "WebServlet");
        if (annotation == null) return;
        String servletInfo = API + "ServletInfo", annotated = ANNOTATIONS + "WebServlet";
        Object servlet = Reflection.type(servletInfo).getConstructor(String.class, Class.class).newInstance(type.getName(), type);
        for (String mapping : mappings(annotated, annotation)) Reflection.call(servletInfo, servlet, "addMapping", new Class<?>[] {String.class}, mapping);
        Reflection.call(servletInfo, servlet, "setAsyncSupported", new Class<?>[] {boolean.class}, Reflection.call(annotated, annotation, "asyncSupported"));
        int onStartup = (Integer) Reflection.call(annotated, annotation, "loadOnStartup");
        if (onStartup >= 0) Reflection.call(servletInfo, servlet, "setLoadOnStartup", new Class<?>[] {Integer.class}, onStartup);
        set(info, "addServlet", Reflection.type(servletInfo), servlet);
    }

    private static void addFilter(Object info, Class<?> type) throws Exception {
        Object annotation = annotation(type, "WebFilter");
        if (annotation == null) return;
        String filterInfo = API + "FilterInfo", annotated = ANNOTATIONS + "WebFilter";
        Object filter = Reflection.type(filterInfo).getConstructor(String.class, Class.class).newInstance(type.getName(), type);
        Reflection.call(filterInfo, filter, "setAsyncSupported", new Class<?>[] {boolean.class}, Reflection.call(annotated, annotation, "asyncSupported"));
        set(info, "addFilter", Reflection.type(filterInfo), filter);
        Object[] dispatchers = (Object[]) Reflection.call(annotated, annotation, "dispatcherTypes");
        Class<?>[] mapping = {String.class, String.class, Reflection.type("jakarta.servlet.DispatcherType")};
        for (Object dispatcher : dispatchers) {
            for (String pattern : mappings(annotated, annotation)) Reflection.call(API + "DeploymentInfo", info, "addFilterUrlMapping", mapping, type.getName(), pattern, dispatcher);
            for (String name : (String[]) Reflection.call(annotated, annotation, "servletNames")) {
                Reflection.call(API + "DeploymentInfo", info, "addFilterServletNameMapping", mapping, type.getName(), name, dispatcher);
            }
        }
    }

    private static List<String> mappings(String annotated, Object annotation) throws Exception {
        List<String> all = new ArrayList<>(List.of((String[]) Reflection.call(annotated, annotation, "value")));
        all.addAll(List.of((String[]) Reflection.call(annotated, annotation, "urlPatterns")));
        return all;
    }

    private static void addInitializer(Object info, Class<?> type, Set<Class<?>> classes) throws Exception {
        Set<Class<?>> handled = new HashSet<>();
        Object annotation = annotation(type, "HandlesTypes");
        for (Class<?> wanted : annotation == null ? new Class<?>[0] : (Class<?>[]) Reflection.call(ANNOTATIONS + "HandlesTypes", annotation, "value")) {
            for (Class<?> each : classes) {
                if (wanted.isAnnotation() ? isAnnotated(each, wanted) : wanted.isAssignableFrom(each)) handled.add(each);
            }
        }
        Object initializer = Reflection.type(API + "ServletContainerInitializerInfo").getConstructor(Class.class, Set.class).newInstance(type, handled);
        set(info, "addServletContainerInitializer", Reflection.type(API + "ServletContainerInitializerInfo"), initializer);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static boolean isAnnotated(Class<?> type, Class<?> annotation) {
        return type.isAnnotationPresent((Class) annotation);
    }

    private Path unpack(Path war, String contextPath) throws IOException {
        Path folder = base.resolve("war" + contextPath.replace('/', '-'));
        TestDirectories.delete(folder);
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(war))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.isDirectory()) continue;
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }
        return folder;
    }

    private URLClassLoader loader(Path folder) throws IOException {
        List<URL> urls = new ArrayList<>();
        urls.add(folder.resolve("WEB-INF/classes").toUri().toURL());
        Path libraries = folder.resolve("WEB-INF/lib");
        if (Files.isDirectory(libraries)) {
            try (Stream<Path> jars = Files.list(libraries)) {
                for (Path jar : jars.sorted().toList()) urls.add(jar.toUri().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(URL[]::new), hidden ? new HidingLoader() : EmbeddedUndertow.class.getClassLoader());
    }

    /** Hides Undertow from the application, as servers with modules do. */
    private static final class HidingLoader extends ClassLoader {
        HidingLoader() {
            super(EmbeddedUndertow.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.undertow.") || name.startsWith("org.xnio.")) throw new ClassNotFoundException(name);
            return super.loadClass(name, resolve);
        }

        @Override
        public Enumeration<URL> getResources(String name) throws IOException {
            return Collections.enumeration(Collections.list(super.getResources(name)).stream().filter(url -> !url.getPath().contains("/undertow-")).toList());
        }
    }

    private static Set<Class<?>> classes(Path folder, ClassLoader loader) throws IOException {
        Set<Class<?>> found = new HashSet<>();
        if (!Files.isDirectory(folder)) return found;
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String type = folder.relativize(file).toString().replace('/', '.').replaceFirst("\\.class$", "");
                try {
                    found.add(Class.forName(type, false, loader));
                } catch (ClassNotFoundException | LinkageError needsWhatIsNotHere) {
                    // a container that scans would also skip it
                }
            }
        }
        return found;
    }

    @Override
    public void undeploy(String contextPath) {
        Object manager = managers.remove(contextPath);
        if (manager == null) return;
        try {
            Reflection.call(PATHS, paths, "removePrefixPath", new Class<?>[] {String.class}, contextPath.isEmpty() ? "/" : contextPath);
            Reflection.call(API + "DeploymentManager", manager, "stop");
            Reflection.call(API + "DeploymentManager", manager, "undeploy");
        } catch (Exception e) {
            throw new IllegalStateException("cannot undeploy " + contextPath, e);
        }
    }

    @Override
    public void stop() {
        try {
            Reflection.call("io.undertow.Undertow", server, "stop");
        } catch (Exception e) {
            throw new IllegalStateException("Undertow did not stop", e);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public URI http() {
        return address("http", 0);
    }

    @Override
    public URI https() {
        return address("https", 1);
    }

    private URI address(String scheme, int listener) {
        try {
            List<?> listeners = (List<?>) Reflection.call("io.undertow.Undertow", server, "getListenerInfo");
            InetSocketAddress address = (InetSocketAddress) Reflection.call("io.undertow.Undertow$ListenerInfo", listeners.get(listener), "getAddress");
            return URI.create(scheme + "://" + TestDirectories.LOOPBACK + ":" + address.getPort());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
