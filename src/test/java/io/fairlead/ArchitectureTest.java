package io.fairlead;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows of ARCHITECTURE.md: they only point down. */
@AnalyzeClasses(packages = "io.fairlead", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule ARROWS_POINT_DOWN =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("io.fairlead.cli..")
          .layer("api")
          .definedBy("io.fairlead.api..")
          .layer("engine")
          .definedBy("io.fairlead.engine..")
          .layer("network")
          .definedBy("io.fairlead.network")
          .layer("address")
          .definedBy("io.fairlead.network.address")
          .layer("port")
          .definedBy("io.fairlead.network.port")
          .layer("firewall")
          .definedBy("io.fairlead.network.firewall")
          .layer("explain")
          .definedBy("io.fairlead.network.explain")
          .layer("image")
          .definedBy("io.fairlead.image..")
          .layer("archive")
          .definedBy("io.fairlead.archive..")
          .layer("runtime")
          .definedBy("io.fairlead.runtime..")
          .layer("store")
          .definedBy("io.fairlead.store..")
          .layer("linux")
          .definedBy("io.fairlead.linux..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("api")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("api", "cli")
          .whereLayer("network")
          .mayOnlyBeAccessedByLayers("engine", "api")
          .whereLayer("explain")
          .mayOnlyBeAccessedByLayers("network", "engine", "api")
          .whereLayer("image")
          .mayOnlyBeAccessedByLayers("engine", "api")
          .whereLayer("archive")
          .mayOnlyBeAccessedByLayers("image", "engine", "cli")
          .whereLayer("runtime")
          .mayOnlyBeAccessedByLayers("engine", "api")
          .whereLayer("store")
          .mayOnlyBeAccessedByLayers("api", "engine", "network", "address", "port", "image");

  @ArchTest
  static final ArchRule THE_ENGINE_KNOWS_NEITHER_HTTP_NOR_THE_COMMAND_LINE =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.fairlead.api..", "io.fairlead.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "picocli..");

  @ArchTest
  static final ArchRule NETTY_IS_IN_API_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.fairlead.api..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule KERNEL_WRITES_COME_FROM_THE_APPLIER =
      noClasses()
          .that()
          .resideInAnyPackage("io.fairlead.network", "io.fairlead.engine..", "io.fairlead.api..")
          .and()
          .haveSimpleNameNotStartingWith("Applier")
          // It deletes what the applier has taken out of use, later and in one call.
          .and()
          .doNotHaveSimpleName("Sweeper")
          .should()
          .callMethodWhere(describe("it writes", ArchitectureTest::writesToTheKernelsNetwork));

  private static boolean writesToTheKernelsNetwork(JavaMethodCall call) {
    String owner = call.getTargetOwner().getSimpleName();
    String method = call.getName();
    return switch (owner) {
      case "LinkChange", "SetElements", "ElementCodec" -> true;
      case "Links", "Addresses", "Routes" ->
          method.startsWith("add") || method.startsWith("delete");
      case "NetlinkSocket" -> method.equals("transaction");
      case "Sysctls" -> method.equals("write");
      default -> false;
    };
  }

  @ArchTest
  static final ArchRule OBSERVING_TAKES_NO_RECORDS =
      noClasses()
          .that()
          .haveSimpleNameStartingWith("Observer")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.fairlead.store..");
}
