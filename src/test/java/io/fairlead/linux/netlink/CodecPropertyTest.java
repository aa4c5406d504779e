package io.fairlead.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is read back, and no bytes whatever make the decoder do but two things. */
class CodecPropertyTest {
  private static final int ROUNDS = 200;

  /** New ones at every run; the report names them, and so does a failure. */
  static LongStream seeds() {
    return new Random().longs(3);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatIsWrittenIsReadBack(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      var fields = fields(random, 3);
      var writer = new MessageWriter(random.nextInt(0x10000), 0).zeros(4);
      fields.forEach(field -> field.write(writer));

      var message = Message.parse(wire(writer, 7)).getFirst();

      assertThat(message.sequence()).isEqualTo(7);
      var attributes = message.attributes(4);
      String where = "seed %d round %d".formatted(seed, round);
      fields.forEach(field -> field.check(attributes, where));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyBytesEndInAValueOrInMalformedMessage(long seed) {
    var random = new Random(seed);
    var corpus = corpus(random);
    for (int round = 0; round < 10 * ROUNDS; round++) {
      byte[] hostile = mutate(corpus.get(random.nextInt(corpus.size())), random);
      decode(hostile, "seed " + seed);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyTruncationIsSafe(long seed) {
    for (byte[] whole : corpus(new Random(seed))) {
      for (int length = 0; length < whole.length; length++) {
        decode(Arrays.copyOf(whole, length), "seed " + seed);
      }
    }
  }

  private static final List<Consumer<Message>> DECODERS =
      List.of(
          Links::decode,
          Addresses::decode,
          Routes::decode,
          SocketDiag::decode,
          Conntrack::decode,
          message -> NetlinkSocket.refused(new MessageWriter(0, 0).request("", ""), message),
          message -> assertThat(message.toString()).startsWith("message type"));

  private static void decode(byte[] bytes, String where) {
    for (Consumer<Message> decoder : DECODERS) {
      try {
        Message.parse(bytes).forEach(decoder);
      } catch (MalformedMessage expected) {
        assertThat(expected).hasMessageMatching(".+");
      } catch (RuntimeException e) {
        throw new AssertionError(where + ": " + Arrays.toString(bytes), e);
      }
    }
  }

  private static List<byte[]> corpus(Random random) {
    var corpus = new ArrayList<byte[]>();
    for (int i = 0; i < 20; i++) {
      var writer = new MessageWriter(random.nextInt(64), 0).zeros(4 * random.nextInt(20));
      fields(random, 3).forEach(field -> field.write(writer));
      corpus.add(wire(writer, i));
    }
    return corpus;
  }

  private static byte[] mutate(byte[] valid, Random random) {
    byte[] bytes = Arrays.copyOf(valid, Math.max(0, valid.length - random.nextInt(8)));
    for (int i = random.nextInt(6); i > 0 && bytes.length > 0; i--) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(3)) {
        case 0 -> bytes[at] = (byte) random.nextInt();
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        default -> bytes[at] = (byte) (random.nextBoolean() ? 0 : -1);
      }
    }
    return bytes;
  }

  private static byte[] wire(MessageWriter writer, int sequence) {
    var request = writer.request("test", "");
    var bytes = ByteBuffer.allocate(request.paddedLength()).order(ByteOrder.nativeOrder());
    request.writeTo(bytes, 0, sequence);
    return bytes.array();
  }

  private static List<Field> fields(Random random, int depth) {
    var fields = new ArrayList<Field>();
    int count = random.nextInt(10);
    for (int type = 1; type <= count; type++) {
      fields.add(
          switch (random.nextInt(depth == 0 ? 5 : 6)) {
            case 0 -> new Field.U8(type, random.nextInt(0x100));
            case 1 -> new Field.U16Be(type, random.nextInt(0x10000));
            case 2 -> new Field.U32(type, random.nextInt());
            case 3 -> new Field.Text(type, "ä".repeat(random.nextInt(40)));
            case 4 -> new Field.Bytes(type, bytes(random));
            default -> new Field.Nest(type, fields(random, depth - 1));
          });
    }
    return fields;
  }

  private static List<Byte> bytes(Random random) {
    return random.ints(random.nextInt(60)).mapToObj(i -> (byte) i).toList();
  }

  /** An attribute of some kind. */
  private sealed interface Field {
    void write(MessageWriter writer);

    void check(Attributes attributes, String where);

    record U8(int type, int value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        writer.attributeU8(type, value);
      }

      @Override
      public void check(Attributes attributes, String where) {
        assertThat(attributes.u8(type, -1)).as(where).isEqualTo(value);
      }
    }

    record U16Be(int type, int value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        writer.attributeU16Be(type, value);
      }

      @Override
      public void check(Attributes attributes, String where) {
        assertThat(attributes.u16Be(type, -1)).as(where).isEqualTo(value);
      }
    }

    record U32(int type, int value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        writer.attributeU32(type, value);
      }

      @Override
      public void check(Attributes attributes, String where) {
        assertThat(attributes.u32(type, ~value)).as(where).isEqualTo(value);
      }
    }

    record Text(int type, String value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        writer.attributeString(type, value);
      }

      @Override
      public void check(Attributes attributes, String where) {
        assertThat(attributes.string(type, "absent")).as(where).isEqualTo(value);
      }
    }

    record Bytes(int type, List<Byte> value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        byte[] bytes = new byte[value.size()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = value.get(i);
        }
        writer.attribute(type, bytes);
      }

      @Override
      public void check(Attributes attributes, String where) {
        assertThat(attributes.bytes(type)).as(where).containsExactly(value.toArray(Byte[]::new));
      }
    }

    record Nest(int type, List<Field> value) implements Field {
      @Override
      public void write(MessageWriter writer) {
        writer.nested(type, content -> value.forEach(field -> field.write(content)));
      }

      @Override
      public void check(Attributes attributes, String where) {
        var nest = attributes.nested(type);
        value.forEach(field -> field.check(nest, where));
      }
    }
  }
}
