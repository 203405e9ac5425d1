package io.github.changeover.spring;

import java.nio.file.Path;
import java.util.Arrays;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** A plain Tomcat with one unpacked WAR; the program of WarTest. Its arguments are the folder and {@code --server.port=N}. SIGTERM stops it. */
final class WarServer {
    private WarServer() {
    }

    public static void main(String[] arguments) throws Exception {
        Path webapp = Path.of(arguments[0]);
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(webapp.resolveSibling("tomcat").toString());
        tomcat.setAddDefaultWebXmlToWebapp(false);
        Connector connector = new Connector();
        connector.setPort(port(arguments));
        connector.setProperty("address", "127.0.0.1");
        tomcat.setConnector(connector);
        Context context = tomcat.addWebapp("/war", webapp.toString());
        ((StandardJarScanner) context.getJarScanner()).setScanClassPath(false);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                tomcat.stop();
            } catch (Exception failure) {
                failure.printStackTrace();
            }
        }));
        tomcat.start();
        System.out.println("The WAR is " + context.getState());
    }

    private static int port(String[] arguments) {
        String option = "--server.port=";
        return Arrays.stream(arguments).filter(each -> each.startsWith(option)).mapToInt(each -> Integer.parseInt(each.substring(option.length()))).findFirst().orElseThrow();
    }
}
