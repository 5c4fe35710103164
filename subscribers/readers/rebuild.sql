DELETE FROM reader;

{write_readers};
