package io.github.changeover.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import org.junit.jupiter.api.Test;

/** Checks that the JDK releases an application whose records were compared, hashed and printed. */
class RecordMethodsTest {
    /** From this version on the JDK refers to the class softly, and releases it itself when memory is short. */
    private static final int FIRST_WITH_SOFT_REFERENCES = 18;

    record Inner() {
    }

    record Outer(Inner inner) {
    }

    @Test
    void releasesTheClassesOfRecords() throws Exception {
        WeakReference<ClassLoader> application = useRecords();
        RecordMethods.release();
        if (Runtime.version().feature() >= FIRST_WITH_SOFT_REFERENCES) return;
        for (int i = 0; i < 50 && application.get() != null; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(application.get()).as("class loader").isNull();
    }

    private static WeakReference<ClassLoader> useRecords() throws Exception {
        ClassLoader loader = new Application();
        Object one = outer(loader), other = outer(loader);
        assertThat(one.equals(other)).isTrue();
        assertThat(one.hashCode()).isEqualTo(other.hashCode());
        assertThat(one.toString()).isEqualTo("Outer[inner=Inner[]]");
        return new WeakReference<>(loader);
    }

    private static Object outer(ClassLoader loader) throws ReflectiveOperationException {
        Constructor<?> inner = loader.loadClass(Inner.class.getName()).getDeclaredConstructor();
        Constructor<?> outer = loader.loadClass(Outer.class.getName()).getDeclaredConstructor(inner.getDeclaringClass());
        inner.setAccessible(true);
        outer.setAccessible(true);
        return outer.newInstance(inner.newInstance());
    }

    /** Has its own copies of the classes of this test, as an application has. */
    private static final class Application extends ClassLoader {
        Application() {
            super(RecordMethodsTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(RecordMethodsTest.class.getName())) return super.loadClass(name, resolve);
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = file.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException unreadable) {
                throw new ClassNotFoundException(name, unreadable);
            }
        }
    }
}
