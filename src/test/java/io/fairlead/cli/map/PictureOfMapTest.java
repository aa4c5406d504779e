package io.fairlead.cli.map;

import static org.assertj.core.api.Assertions.assertThat;

import io.fairlead.cli.map.Shape.Box;
import io.fairlead.cli.map.Shape.Label;
import io.fairlead.cli.map.Shape.Line;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** Whatever the map: nothing lies over a label, nothing lies outside, and it is XML. */
class PictureOfMapTest {

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void labelsAreReadable(long seed) {
    Picture picture = PictureOfMap.draw(new RandomMap(seed).map());
    List<Box> rooms = rooms(picture);
    List<Box> boxes = of(picture, Box.class);

    assertThat(overlapping(rooms)).isEmpty();
    for (Box room : rooms) {
      assertThat(boxes)
          .as("%s", room)
          .allMatch(box -> box.contains(room) || !box.overlaps(room), "around it or beside it");
    }
    for (Line line : of(picture, Line.class)) {
      assertThat(rooms).as("%s", line).noneMatch(room -> crosses(line, room));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void boxesAreInEachOtherOrBesideEachOther(long seed) {
    Picture picture = PictureOfMap.draw(new RandomMap(seed).map());
    List<Box> boxes = of(picture, Box.class);

    for (Box one : boxes) {
      assertThat(boxes)
          .as("%s", one)
          .allMatch(other -> !one.overlaps(other) || one.contains(other) || other.contains(one));
    }
    var all = new Box(0, 0, picture.width(), picture.height(), Ink.TEXT);
    assertThat(boxes).allMatch(all::contains);
    assertThat(rooms(picture)).allMatch(all::contains);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void itIsXmlWithAllLabelsAndAlwaysTheSame(long seed) throws Exception {
    MapView map = new RandomMap(seed).map();
    String svg = PictureOfMap.of(map);

    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(svg)));
    NodeList texts = document.getElementsByTagName("text");
    List<Label> labels = of(PictureOfMap.draw(map), Label.class);
    assertThat(texts.getLength()).isEqualTo(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      assertThat(texts.item(i).getTextContent())
          .isEqualTo(labels.get(i).text().replaceAll("\\p{Cntrl}", ""));
    }
    assertThat(document.getElementsByTagName("title").getLength()).isEqualTo(1);
    assertThat(document.getElementsByTagName("desc").getLength()).isEqualTo(1);
    assertThat(PictureOfMap.of(new RandomMap(seed).map())).isEqualTo(svg);
  }

  @Test
  void manySandboxesMakeItTallAndNotWide() {
    MapView map = new RandomMap(1).map(50);

    Picture picture = PictureOfMap.draw(map);

    // As wide as the longest addresses there are, beside each other.
    assertThat(picture.width()).isLessThan(2500);
    assertThat(picture.height()).isLessThan(50 * 500);
    assertThat(overlapping(rooms(picture))).isEmpty();
  }

  private static List<String> overlapping(List<Box> boxes) {
    var pairs = new ArrayList<String>();
    for (int i = 0; i < boxes.size(); i++) {
      for (int j = i + 1; j < boxes.size(); j++) {
        if (boxes.get(i).overlaps(boxes.get(j))) {
          pairs.add(boxes.get(i) + " and " + boxes.get(j));
        }
      }
    }
    return pairs;
  }

  /** Lines go across. */
  private static boolean crosses(Line line, Box room) {
    var way =
        new Box(
            Math.min(line.x1(), line.x2()),
            line.y1(),
            Math.abs(line.x2() - line.x1()),
            1,
            Ink.TEXT);
    return line.y1() == line.y2() && way.overlaps(room);
  }

  private static List<Box> rooms(Picture picture) {
    return of(picture, Label.class).stream().map(Label::room).toList();
  }

  private static <T extends Shape> List<T> of(Picture picture, Class<T> kind) {
    return picture.shapes().stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
