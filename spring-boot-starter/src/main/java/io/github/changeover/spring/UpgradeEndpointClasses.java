package io.github.changeover.spring;

import io.github.changeover.UpgradeEndpoint;
import java.lang.annotation.Annotation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.ResourceLoaderAware;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * The classes with {@link UpgradeEndpoint} in the packages of the application, and among its beans. The names are found when the configuration is read, so
 * that they are part of the code that Spring generates ahead of time.
 */
final class UpgradeEndpointClasses {
    private final List<String> names;

    /** @param names the classes that were found in the packages of the application */
    UpgradeEndpointClasses(List<String> names) {
        this.names = List.copyOf(names);
    }

    /** Returns all classes. */
    Set<Class<?>> all(ListableBeanFactory beans, ClassLoader loader) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        names.forEach(name -> classes.add(ClassUtils.resolveClassName(name, loader)));
        classes.addAll(ofBeans(beans, UpgradeEndpoint.class));
        return classes;
    }

    /** Returns the classes of the beans with this annotation; for a proxied bean, the class of the application. */
    static Set<Class<?>> ofBeans(ListableBeanFactory beans, Class<? extends Annotation> annotation) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (String name : beans.getBeanNamesForAnnotation(annotation)) {
            Class<?> type = beans.getType(name, false);
            if (type != null) classes.add(ClassUtils.getUserClass(type));
        }
        return classes;
    }

    List<String> names() {
        return names;
    }

    /** Finds the classes and registers the bean. */
    static final class Registrar implements ImportBeanDefinitionRegistrar, BeanFactoryAware, EnvironmentAware, ResourceLoaderAware {
        private BeanFactory factory;
        private Environment environment;
        private ResourceLoader resources;

        @Override
        public void setBeanFactory(BeanFactory factory) {
            this.factory = factory;
        }

        @Override
        public void setEnvironment(Environment environment) {
            this.environment = environment;
        }

        @Override
        public void setResourceLoader(ResourceLoader resources) {
            this.resources = resources;
        }

        @Override
        public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
            RootBeanDefinition definition = new RootBeanDefinition(UpgradeEndpointClasses.class);
            definition.getConstructorArgumentValues().addIndexedArgumentValue(0, names());
            definition.setRole(BeanDefinition.ROLE_INFRASTRUCTURE);
            registry.registerBeanDefinition(UpgradeEndpointClasses.class.getName(), definition);
        }

        private List<String> names() {
            List<String> names = new ArrayList<>();
            if (!AutoConfigurationPackages.has(factory)) return names;
            ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false, environment);
            scanner.setResourceLoader(resources);
            scanner.addIncludeFilter(new AnnotationTypeFilter(UpgradeEndpoint.class));
            AutoConfigurationPackages.get(factory).stream().flatMap(name -> scanner.findCandidateComponents(name).stream()).map(BeanDefinition::getBeanClassName)
                    .distinct().sorted().forEach(names::add);
            return names;
        }
    }
}
