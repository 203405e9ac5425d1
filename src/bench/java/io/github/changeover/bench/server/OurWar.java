package io.github.changeover.bench.server;

import jakarta.servlet.http.HttpServlet;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.ContextConfig;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.scan.StandardJarScanner;

/** Changeover: the WAR of the build on Tomcat. Argument: the WAR. */
final class OurWar {
    private static final String HANDLERS = "io/github/changeover/bench/app";

    private OurWar() {
    }

    public static void main(String[] arguments) throws IOException, LifecycleException {
        Tomcat tomcat = TomcatServer.prepare();
        deploy(tomcat, arguments[0]);
        TomcatServer.serve(tomcat);
    }

    static Context deploy(Tomcat tomcat, String war) throws IOException {
        ContextConfig configuration = new ContextConfig();
        configuration.setDefaultWebXml(tomcat.noDefaultWebXmlPath());
        Context context = tomcat.addWebapp(tomcat.getHost(), "", withHandlers(Path.of(war)).toString(), configuration);
        StandardJarScanner scanner = new StandardJarScanner();
        scanner.setScanClassPath(false);
        context.setJarScanner(scanner);
        Tomcat.addServlet(context, "nothing", new Nothing());      // Tomcat runs filters only for paths with a servlet
        for (String path : List.of("/broadcast", "/sleeping", "/other-threads", "/fan-out/*")) context.addServletMappingDecoded(path, "nothing");
        return context;
    }

    /** Returns a copy of the WAR that also contains the handlers of the benchmark, and the JARs that {@code bench.libraries} names. */
    private static Path withHandlers(Path war) throws IOException {
        Path classes = Path.of(System.getProperty("bench.classes"));
        Path copy = Files.createTempFile(classes.getParent(), "with-handlers", ".war");
        Files.copy(war, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem zip = FileSystems.newFileSystem(copy); DirectoryStream<Path> handlers = Files.newDirectoryStream(classes.resolve(HANDLERS))) {
            Path packed = Files.createDirectories(zip.getPath("/WEB-INF/classes", HANDLERS));
            for (Path handler : handlers) Files.copy(handler, packed.resolve(handler.getFileName().toString()));
            for (String library : System.getProperty("bench.libraries", "").split(File.pathSeparator)) add(zip, library);
        }
        return copy;
    }

    /** Adds a JAR, unless the WAR has one with this name. */
    private static void add(FileSystem zip, String library) throws IOException {
        if (library.isEmpty()) return;
        Path packed = zip.getPath("/WEB-INF/lib", Path.of(library).getFileName().toString());
        if (!Files.exists(packed)) Files.copy(Path.of(library), packed);
    }

    private static final class Nothing extends HttpServlet {
        private static final long serialVersionUID = 1;
    }
}
