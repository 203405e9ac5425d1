package io.github.changeover;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.GeneralCodingRules;
import com.sun.source.tree.ClassTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The rules of docs/architecture.md about packages and classes. A package that is not in the table fails the test: add a line for it. */
class ArchitectureTest {
    private static final String ROOT = "io.github.changeover";
    private static final Path SOURCES = Path.of(System.getProperty("changeover.basedir", "."), "src", "main", "java");
    private static final JavaClasses CLASSES = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(ROOT);

    /**
     * The packages that a package may import in addition to java.* and itself. A name that ends with two dots includes the packages below
     * it.
     */
    private static final Map<String, List<String>> MAY_IMPORT = new TreeMap<>(Map.ofEntries(
            Map.entry("", List.of(".spi", ".internal")),
            Map.entry(".internal", List.of(".http", ".spi", "jakarta.servlet")),
            Map.entry(".http", List.of()),
            Map.entry(".spi", List.of(".http")),
            Map.entry(".buffers", List.of()),
            Map.entry(".negotiation", List.of(".http", ".spi")),
            Map.entry(".eventloop", List.of()),
            Map.entry(".connection", List.of(".spi", ".buffers", ".eventloop")),
            Map.entry(".forwarded", List.of(".http", ".spi")),
            Map.entry(".management", List.of(".http", ".spi", ".negotiation", ".connection", ".eventloop", "jdk.jfr..")),
            Map.entry(".websocket", List.of(".http", ".spi", ".negotiation")),
            Map.entry(".websocket.frames", List.of(".spi", ".buffers", ".websocket")),
            Map.entry(".websocket.engine", List.of("", ".http", ".spi", ".negotiation", ".topics", ".websocket", ".websocket.frames", ".servlet", ".servlet.adapter", ".servlet.rules", ".servlet.settings",
                    "jakarta.servlet..", "jakarta.websocket..", "org.glassfish.tyrus..")),
            Map.entry(".dryrun", List.of(".http", ".spi", ".negotiation")),
            Map.entry(".loopback", List.of(".http", ".spi", ".forwarded", ".netty", "io.netty..")),
            Map.entry(".netty", List.of(".spi", "io.netty..")),
            Map.entry(".relay.redis", List.of(".relay", ".netty", "io.lettuce..", "io.netty..")),
            Map.entry(".relay.hazelcast", List.of(".relay", "jakarta.servlet", "com.hazelcast..")),
            Map.entry(".h2c", List.of(".http", ".spi", ".negotiation", ".loopback", ".netty", "io.netty..")),
            Map.entry(".tls", List.of(".http", ".spi", ".loopback", ".netty", "io.netty..")),
            Map.entry(".servlet", List.of("", ".internal", ".http", ".spi", ".negotiation", ".connection", ".eventloop", ".management", ".forwarded", ".servlet.capture", ".servlet.adapter", ".servlet.rules", ".servlet.innerrequest", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".servlet.settings", List.of(".spi", ".negotiation", ".connection", ".forwarded", "jakarta.servlet..")),
            Map.entry(".servlet.rules", List.of("", ".internal", ".spi", ".negotiation", ".connection", ".management", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".servlet.adapter", List.of(".spi", ".buffers", ".negotiation", ".connection", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".servlet.innerrequest", List.of(".http", ".spi", ".negotiation", ".forwarded", "jakarta.servlet..")),
            Map.entry(".servlet.capture", List.of(".http", ".spi", ".negotiation", ".connection", ".servlet.adapter", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".servlet.tomcat", List.of(".spi", ".buffers", ".negotiation", ".connection", ".eventloop", ".servlet.adapter", ".servlet.innerrequest", "jakarta.servlet..", "org.apache..")),
            Map.entry(".servlet.payara", List.of(".http", ".spi", ".buffers", ".negotiation", ".connection", ".eventloop", ".servlet.adapter", ".servlet.innerrequest", "jakarta.servlet..")),
            Map.entry(".servlet.undertow", List.of(".http", ".spi", ".buffers", ".connection", ".servlet.adapter", "jakarta.servlet..", "io.undertow..", "org.xnio..")),
            Map.entry(".servlet.jetty", List.of(".buffers", ".connection", ".servlet.adapter", "jakarta.servlet..", "org.eclipse.jetty..")),
            Map.entry(".console", List.of("", ".http", ".spi", ".negotiation", ".dryrun", ".management", ".forwarded", ".servlet", ".servlet.adapter", ".servlet.rules", ".servlet.innerrequest", ".servlet.settings",
                    ".websocket", ".websocket.frames", "jakarta.servlet..")),
            Map.entry(".management.export", List.of(".spi", ".negotiation", ".management", ".servlet", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".relay", List.of("jakarta.servlet")),
            Map.entry(".topics", List.of(".spi", ".negotiation", ".management", ".relay", ".servlet", ".servlet.rules", ".servlet.settings", "jakarta.servlet..")),
            Map.entry(".demo", List.of("", ".spi", ".topics", "jakarta.servlet..", "jakarta.websocket.."))));

    /** Single classes that may import more than their package. */
    private static final Map<String, List<String>> MAY_IMPORT_ALSO = Map.ofEntries(
            Map.entry(ROOT + ".Changeover", List.of("jakarta.servlet")),
            Map.entry(ROOT + ".management.UpgradeManagement", List.of("jakarta.servlet")),
            Map.entry(ROOT + ".management.EventRecorder", List.of("jakarta.servlet")),
            Map.entry(ROOT + ".loopback.LoopbackDispatcherFactory", List.of(ROOT + ".servlet", ROOT + ".servlet.adapter", ROOT + ".servlet.innerrequest", ROOT + ".servlet.settings", "jakarta.servlet")),
            Map.entry(ROOT + ".h2c.H2cLibrary", List.of(ROOT + ".servlet", ROOT + ".servlet.adapter", ROOT + ".servlet.innerrequest", ROOT + ".servlet.settings", "jakarta.servlet")),
            Map.entry(ROOT + ".tls.TlsLibrary", List.of(ROOT + ".servlet", ROOT + ".servlet.adapter", ROOT + ".servlet.innerrequest", ROOT + ".servlet.settings", "jakarta.servlet")),
            Map.entry(ROOT + ".tls.TlsKeys", List.of(ROOT + ".servlet.settings")),
            Map.entry(ROOT + ".management.export.MicrometerRegistry", List.of("io.micrometer..")),
            Map.entry(ROOT + ".management.export.MicroProfileRegistry", List.of("org.eclipse.microprofile..", "jakarta.enterprise..", "jakarta.inject")),
            Map.entry(ROOT + ".topics.Topics", List.of("jakarta.websocket")),
            Map.entry(ROOT + ".topics.TopicsExtension", List.of("jakarta.enterprise..")),
            Map.entry(ROOT + ".servlet.rules.CdiInstances", List.of("jakarta.enterprise..")));

    /** Classes that are neither final nor designed for extension, each with the reason. */
    private static final Map<String, String> OPEN = Map.of();

    @TestFactory
    Stream<DynamicTest> packagesImportOnlyWhatTheTableAllows() {
        return MAY_IMPORT.entrySet().stream().map(line -> DynamicTest.dynamicTest(ROOT + line.getKey(), () ->
                classes().that().resideInAPackage(ROOT + line.getKey())
                        .should(dependOnlyOn(Stream.concat(Stream.of(line.getKey()), line.getValue().stream()).map(ArchitectureTest::qualified).toList()))
                        .allowEmptyShould(true).check(CLASSES)));
    }

    /** The same table stands in the document, in words. Names of libraries there are free. */
    @Test
    void tableOfTheDocumentIsTheSame() throws IOException {
        Map<String, List<String>> documented = new TreeMap<>();
        for (String line : Files.readAllLines(SOURCES.resolve("../../../docs/architecture.md"))) {
            if (!line.startsWith("| `.")) continue;
            String[] cells = line.split(" \\| ");
            String name = cells[0].replaceAll("[|` ]", "").replaceAll("\\.\\(root\\)", "");
            Stream<String> imports = Stream.of(cells[2].replaceAll("[;|].*", "").strip().split(", ")).map(cell -> cell.equals("root") ? "" : "." + cell);
            documented.put(name, imports.filter(MAY_IMPORT::containsKey).sorted().toList());
        }
        Map<String, List<String>> checked = new TreeMap<>();
        MAY_IMPORT.forEach((name, imports) -> checked.put(name, imports.stream().filter(MAY_IMPORT::containsKey).sorted().toList()));
        assertThat(documented).isEqualTo(checked);
    }

    private static String qualified(String name) {
        return name.isEmpty() || name.startsWith(".") ? ROOT + name : name;
    }

    private static ArchCondition<JavaClass> dependOnlyOn(List<String> packages) {
        String[] allowed = Stream.concat(Stream.of("java..", "javax.crypto..", "javax.net.ssl..", "javax.management..", "javax.naming.."), packages.stream()).toArray(String[]::new);
        DescribedPredicate<JavaClass> fine = resideInAnyPackage(allowed);
        return new ArchCondition<>("depend only on " + String.join(", ", allowed)) {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                DescribedPredicate<JavaClass> also = resideInAnyPackage(MAY_IMPORT_ALSO.getOrDefault(outermost(from), List.of()).toArray(String[]::new));
                from.getDirectDependenciesFromSelf().forEach(dependency -> {
                    JavaClass to = dependency.getTargetClass().getBaseComponentType();
                    if (!to.isPrimitive() && !fine.test(to) && !also.test(to)) events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                });
            }
        };
    }

    private static String outermost(JavaClass from) {
        return from.getName().split("\\$")[0];
    }

    @Test
    void everyPackageIsInTheTable() {
        assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
                .allSatisfy(name -> assertThat(MAY_IMPORT).containsKey(name.substring(ROOT.length())));
    }

    @Test
    void rootPackageUsesOnlyServletContextOfTheServletApi() {
        classes().that().resideInAPackage(ROOT).should().onlyDependOnClassesThat(
                describe("are jakarta.servlet.ServletContext or no servlet class", to -> !to.getPackageName().startsWith("jakarta.servlet")
                        || to.getName().equals("jakarta.servlet.ServletContext"))).check(CLASSES);
    }

    @Test
    void noPackageImportsTheContainerPackages() {
        for (String container : List.of(".servlet.tomcat", ".servlet.payara", ".servlet.undertow", ".servlet.jetty")) {
            noClasses().that().resideOutsideOfPackage(ROOT + container).should().dependOnClassesThat().resideInAPackage(ROOT + container).check(CLASSES);
        }
    }

    @Test
    void noPackageImportsTheDemo() {
        noClasses().that().resideOutsideOfPackage(ROOT + ".demo").should().dependOnClassesThat().resideInAPackage(ROOT + ".demo").check(CLASSES);
    }

    @Test
    void noPackageImportsTheConsole() {
        noClasses().that().resideOutsideOfPackage(ROOT + ".console").should().dependOnClassesThat().resideInAPackage(ROOT + ".console").check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().assignedFrom(new com.tngtech.archunit.library.dependencies.SliceAssignment() {
            @Override
            public com.tngtech.archunit.library.dependencies.SliceIdentifier getIdentifierOf(JavaClass type) {
                return com.tngtech.archunit.library.dependencies.SliceIdentifier.of(type.getPackageName());
            }

            @Override
            public String getDescription() {
                return "each package";
            }
        }).should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void logsUseSystemLogger() {
        GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING.check(CLASSES);
        GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(CLASSES);
        noClasses().should().dependOnClassesThat().resideInAnyPackage("org.slf4j..", "org.apache.logging..", "org.apache.commons.logging..", "org.apache.juli..").check(CLASSES);
    }

    @Test
    void classesAreFinalUnlessMeantForExtension() {
        assertThat(CLASSES.stream()
                .filter(type -> !type.isInterface() && !type.isAnonymousClass() && !type.getModifiers().contains(JavaModifier.SYNTHETIC))
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL) && !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .filter(type -> !type.isEnum() && !type.reflect().isSealed())
                .map(JavaClass::getName).filter(name -> !OPEN.containsKey(name))).isEmpty();
    }

    @Test
    void publicApiIsDocumented() throws IOException {
        List<Path> files = new ArrayList<>(sources(SOURCES.resolve(ROOT.replace('.', '/') + "/spi")));
        for (String folder : List.of("", "relay")) {
            try (Stream<Path> inFolder = Files.list(SOURCES.resolve(ROOT.replace('.', '/')).resolve(folder))) {
                inFolder.filter(file -> file.toString().endsWith(".java")).forEach(files::add);
            }
        }
        List<String> silent = new ArrayList<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            DocTrees docs = DocTrees.instance(task);
            for (var unit : task.parse()) {
                new TreePathScanner<Void, Void>() {
                    @Override
                    public Void visitClass(ClassTree type, Void none) {
                        boolean hidden = type.getModifiers().getFlags().contains(Modifier.PRIVATE)
                                || getCurrentPath().getParentPath().getLeaf() == unit && !type.getModifiers().getFlags().contains(Modifier.PUBLIC);
                        if (hidden || type.getSimpleName().isEmpty()) return null;
                        if (docs.getDocComment(getCurrentPath()) == null) silent.add(unit.getSourceFile().getName() + ": " + type.getSimpleName());
                        return super.visitClass(type, none);
                    }
                }.scan(unit, null);
            }
        }
        assertThat(silent).as("public types without a comment").isEmpty();
    }

    private static List<Path> sources(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }
}
