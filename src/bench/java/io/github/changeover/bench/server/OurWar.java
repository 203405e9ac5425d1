package io.github.changeover.bench.server;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Changeover: the WAR as it is built, on Tomcat. Argument: the WAR. */
final class OurWar {
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
        return context;
    }
}
