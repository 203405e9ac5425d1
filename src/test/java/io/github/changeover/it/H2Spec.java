package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The result of the program h2spec. The full build unpacks the program from a JAR. */
record H2Spec(int passed, List<String> failed) {
    private static final String ARCHIVE = "h2spec_linux_amd64.tar.gz";

    /** Runs all cases, also the strict ones, against a server that starts with HTTP/2. */
    static H2Spec run(String host, int port, String path, Path directory) throws Exception {
        Path report = directory.resolve("report.xml");
        Process process = new ProcessBuilder(program(directory).toString(), "-h", host, "-p", Integer.toString(port), "-P", path, "-o", "5", "-S", "-j", report.toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("said").toFile()).start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("h2spec ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(report).as(Files.readString(directory.resolve("said"))).exists();
        return read(report);
    }

    private static Path program(Path directory) throws IOException, InterruptedException {
        Path unpacked = Path.of(System.getProperty("changeover.target"), "clients/h2spec");
        List<Path> found = List.of();
        if (Files.exists(unpacked)) {
            try (Stream<Path> files = Files.walk(unpacked)) {
                found = files.filter(file -> file.endsWith(ARCHIVE)).toList();
            }
        }
        if (!ExternalTool.isFullBuild()) Assumptions.assumeFalse(found.isEmpty(), "h2spec is unpacked by the full build");
        assertThat(found).as("h2spec, unpacked by the build").hasSize(1);
        Process tar = new ProcessBuilder(ExternalTool.require("tar").toString(), "xzf", found.get(0).toString(), "-C", directory.toString()).start();
        assertThat(tar.waitFor()).isZero();
        return directory.resolve("h2spec");
    }

    private static H2Spec read(Path report) throws Exception {
        int passed = 0;
        List<String> failed = new ArrayList<>();
        try (InputStream xml = Files.newInputStream(report)) {
            Document document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml);
            NodeList cases = document.getElementsByTagName("testcase");
            for (int i = 0; i < cases.getLength(); i++) {
                Element one = (Element) cases.item(i);
                boolean bad = one.getElementsByTagName("failure").getLength() + one.getElementsByTagName("error").getLength() + one.getElementsByTagName("skipped").getLength() > 0;
                if (bad) failed.add(one.getAttribute("package") + ": " + one.getAttribute("classname"));
                else passed++;
            }
        }
        return new H2Spec(passed, List.copyOf(failed));
    }
}
