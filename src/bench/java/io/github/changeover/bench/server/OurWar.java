package io.github.changeover.bench.server;

import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.WebResourceRoot;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.DirResourceSet;
import org.apache.catalina.webresources.StandardRoot;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Changeover: the WAR as it is built, on Tomcat. Argument: the WAR. */
final class OurWar {
    private static final String HANDLERS = "io.github.changeover.bench.app";

    private OurWar() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        deploy(tomcat, arguments[0]);
        TomcatServer.serve(tomcat);
    }

    static Context deploy(Tomcat tomcat, String war) {
        ContextConfig configuration = new ContextConfig();
        configuration.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        Context context = tomcat.addWebapp(tomcat.getHost(), "", Path.of(war).toAbsolutePath().toString(), configuration);
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        context.setJarScanner(scanner);
        addHandlers(context);
        return context;
    }

    /** Handlers of the benchmark's, as if they were packed in the WAR. */
    private static void addHandlers(Context context) {
        WebResourceRoot resources = new StandardRoot(context);
        String path = "/" + HANDLERS.replace('.', '/');
        String directory = Path.of(System.getProperty("bench.classes"), path).toString();
        resources.addPreResources(new DirResourceSet(resources, "/WEB-INF/classes" + path, directory, "/"));
        context.setResources(resources);
        Tomcat.addServlet(context, "other-threads", new Nothing());      // filters run only where a servlet is mapped
        context.addServletMappingDecoded("/other-threads", "other-threads");
    }

    private static final class Nothing extends HttpServlet {
        private static final long serialVersionUID = 1;
    }
}
