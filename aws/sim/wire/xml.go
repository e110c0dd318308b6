package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"reflect"
	"strconv"
	"time"
)

// EncodeXML writes a query answer: <OpResponse><OpResult>…</OpResult>
// <ResponseMetadata><RequestId>…. Lists have <member> elements, maps <entry>.
func EncodeXML(op, xmlns, requestID string, v any) []byte {
	b := xmlWriter{item: "member"}
	b.WriteString("<" + op + `Response xmlns="` + xmlns + `">` + "\n")
	b.WriteString("<" + op + "Result>")
	b.body(reflect.ValueOf(v))
	b.WriteString("</" + op + "Result>\n<ResponseMetadata><RequestId>")
	b.escape(requestID)
	b.WriteString("</RequestId></ResponseMetadata>\n</" + op + "Response>\n")
	return b.Bytes()
}

// EncodeEC2 writes an answer in EC2's dialect: <OpResponse><requestId>…, then the
// output itself. Lists have <item> elements.
func EncodeEC2(op, xmlns, requestID string, v any) []byte {
	b := xmlWriter{item: "item"}
	b.WriteString("<" + op + `Response xmlns="` + xmlns + `">` + "\n<requestId>")
	b.escape(requestID)
	b.WriteString("</requestId>\n")
	b.body(reflect.ValueOf(v))
	b.WriteString("</" + op + "Response>\n")
	return b.Bytes()
}

// ErrorXML writes a query error.
func ErrorXML(xmlns, kind, code, message, requestID string) []byte {
	var b xmlWriter
	b.WriteString(`<ErrorResponse xmlns="` + xmlns + `">` + "\n<Error><Type>" + kind + "</Type><Code>")
	b.escape(code)
	b.WriteString("</Code><Message>")
	b.escape(message)
	b.WriteString("</Message></Error>\n<RequestId>")
	b.escape(requestID)
	b.WriteString("</RequestId>\n</ErrorResponse>\n")
	return b.Bytes()
}

// ErrorEC2 writes an error in EC2's dialect.
func ErrorEC2(code, message, requestID string) []byte {
	var b xmlWriter
	b.WriteString("<Response><Errors><Error><Code>")
	b.escape(code)
	b.WriteString("</Code><Message>")
	b.escape(message)
	b.WriteString("</Message></Error></Errors><RequestID>")
	b.escape(requestID)
	b.WriteString("</RequestID></Response>\n")
	return b.Bytes()
}

// xmlWriter writes values as elements; item names those of a list.
type xmlWriter struct {
	bytes.Buffer
	item string
}

func (b *xmlWriter) escape(s string) {
	// A bytes.Buffer takes every write.
	_ = xml.EscapeText(&b.Buffer, []byte(s))
}

// body writes what stands between an element's tags.
func (b *xmlWriter) body(v reflect.Value) {
	if !v.IsValid() {
		return
	}
	switch v.Type() {
	case timeType:
		b.WriteString(v.Interface().(time.Time).UTC().Format("2006-01-02T15:04:05.999Z"))
		return
	case bytesType:
		b.WriteString(base64.StdEncoding.EncodeToString(v.Bytes()))
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			b.body(v.Elem())
		}
	case reflect.Struct:
		for _, f := range planOf(v.Type()) {
			if m := v.FieldByIndex(f.index); !absent(m, f.omit) {
				b.element(f.name, m)
			}
		}
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			b.element(k.String(), v.MapIndex(k))
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			b.element(b.item, v.Index(i))
		}
	case reflect.String:
		b.escape(v.String())
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Float32, reflect.Float64:
		b.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	}
}

func (b *xmlWriter) element(name string, v reflect.Value) {
	b.WriteString("<" + name + ">")
	b.body(v)
	b.WriteString("</" + name + ">")
}
