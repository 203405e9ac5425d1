package chat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.Lifecycle;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Serves the unpacked WAR at the root of an embedded Tomcat. */
public final class Server {
    private static final String READY = """
            The example is ready: open http://127.0.0.1:%d/ in two windows.
            Ctrl-C stops it.
            """;

    private Server() {
    }

    /** The arguments are the port and the folder of the unpacked WAR. */
    public static void main(String[] arguments) throws Exception {
        Tomcat tomcat = start(Integer.parseInt(arguments[0]), Path.of(arguments[1]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(tomcat)));
        System.out.printf(READY, tomcat.getConnector().getLocalPort());
        tomcat.getServer().await();
    }

    /** Starts on the loopback address. Port 0 means a free one. */
    static Tomcat start(int port, Path war) throws Exception {
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(Files.createDirectories(war.resolveSibling("tomcat")).toAbsolutePath().toString());
        tomcat.setPort(port);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setThrowOnFailure(true);
        // Maven runs this class with a class loader of its own. The application needs that one, because it has the Servlet API.
        tomcat.getEngine().setParentClassLoader(Server.class.getClassLoader());
        Context context = tomcat.addWebapp("", war.toAbsolutePath().toString());
        // The class path holds the tests and their libraries. Only the WAR belongs to the application.
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        context.setJarScanner(scanner);
        // The servlet for JSP is not part of tomcat-embed-core.
        context.addLifecycleListener(event -> {
            if (!event.getType().equals(Lifecycle.BEFORE_START_EVENT)) return;
            context.removeServletMapping("*.jsp");
            context.removeServletMapping("*.jspx");
            context.removeChild(context.findChild("jsp"));
        });
        tomcat.start();
        if (!context.getState().isAvailable()) {
            stop(tomcat);
            throw new IllegalStateException("The application did not start. The log says why.");
        }
        return tomcat;
    }

    static void stop(Tomcat tomcat) {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException("Tomcat did not stop", e);
        }
    }
}
